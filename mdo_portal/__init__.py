"""The portal for regional multidisciplinary tumour boards."""

__version__ = "0.1.0"
