"""The portal for regional multidisciplinary tumour boards."""

__version__ = "0.5.0"
