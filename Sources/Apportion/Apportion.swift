@_exported import Environments
@_exported import Learning
@_exported import LinearAlgebra
@_exported import Markets
@_exported import ModelFormats
@_exported import NeuralNetworks
