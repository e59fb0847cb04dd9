import tensorflow as tf


class WarmThenCosine(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, base, examples, batch=512):
        super().__init__()
        self.top = base * batch / 256.0
        self.warm = int(round(10 * examples // batch))
        self.total = 100 * examples // batch + 1

    def __call__(self, step):
        up = tf.cast(step, tf.float32) / float(self.warm) * self.top
        down = tf.keras.experimental.CosineDecay(self.top, self.total - self.warm)
        return tf.where(step < self.warm, up, down(step - self.warm))


opt = tf.keras.optimizers.SGD(WarmThenCosine(0.3, 51200))
