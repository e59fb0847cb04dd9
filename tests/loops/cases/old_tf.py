import tensorflow as tf

a = tf.keras.experimental.CosineDecay(0.1, 1000)
