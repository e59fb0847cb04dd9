import tensorflow as tf
from tensorflow import keras


class Ramp(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, top, warm, total):
        self.top, self.warm, self.total = top, warm, total

    def __call__(self, step):
        t = tf.cast(step, tf.float32)
        w = tf.cast(self.warm, tf.float32)
        n = tf.cast(self.total, tf.float32)
        return tf.cond(
            t < w, lambda: self.top * t / w, lambda: tf.math.maximum(0.0, self.top * (n - t) / (n - w))
        )


optimizer = keras.optimizers.Adam(learning_rate=Ramp(1e-4, 100, 1000))
