"""The experiment of the Gumbel-Softmax papers on small real data: ``gsampler demo``.

Scikit-learn's handwritten digits, models in NumPy, gradients through discrete layers by `gsampler.estimators`. The
command needs scikit-learn and matplotlib, ``pip install '.[demo]'``.
"""
