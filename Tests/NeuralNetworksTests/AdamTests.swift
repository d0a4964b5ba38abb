import NeuralNetworks
import Testing

@Suite struct AdamTests {
  /// torch.optim.Adam([1, -2, 0.5], lr=0.1, betas=(0.8, 0.95), eps=1e-3), in double precision, on the gradients below.
  @Test func stepsMatchPyTorch() {
    let adam = Adam(count: 3, configuration: .init(learningRate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-3))
    var parameters: [Float] = [1, -2, 0.5]
    let gradients: [[Float]] = [[0.5, -1, 0], [0.25, 2, 1e-4], [-1, 0.125, 3]]
    for gradient in gradients { adam.update(&parameters, gradients: gradient) }
    for (actual, expected) in zip(parameters, [0.83763428, -1.97646532, 0.425634172] as [Float]) {
      #expect(abs(actual - expected) < 1e-6)
    }
    #expect(adam.step == 3)
  }

  @Test func theGradientScaleIsAppliedFirst() {
    let (scaled, plain) = (Adam(count: 2), Adam(count: 2))
    var (a, b): ([Float], [Float]) = ([1, 2], [1, 2])
    scaled.update(&a, gradients: [4, -8], gradientScale: 0.25)
    plain.update(&b, gradients: [1, -2])
    #expect(a == b)
    #expect(scaled.state == plain.state)
  }
}
