/// A trajectory of Gymnasium's CartPole-v1, made by `Golden/cart_pole.py`.
struct CartPoleTrajectory {
  let start: [Double]
  let actions: String
  let steps: Int
  let terminated: Bool
  let end: [Double]
}

let cartPoleGolden: [CartPoleTrajectory] = [
  CartPoleTrajectory(
    start: [0.01, -0.02, 0.03, 0.04], actions: "1101001110",
    steps: 10, terminated: false,
    end: [0.05649316485946018, 0.36901517137137, -0.032849498377435594, -0.5184785912499668]),
  CartPoleTrajectory(
    start: [2.35, 1.5, -0.1, 0.2], actions: "11111",
    steps: 2, terminated: true,
    end: [2.413927988624695, 1.892756311452686, -0.09844956805398809, -0.44383821420231956]),
  CartPoleTrajectory(
    start: [0.0, 0.0, 0.19, 1.2], actions: "0011",
    steps: 1, terminated: true,
    end: [0.0, -0.1970022561963353, 0.214, 1.5457100899917793]),
  CartPoleTrajectory(
    start: [-0.03, 0.02, -0.01, -0.04],
    actions: "010101010101010101010101010101010101010101010101010101010101",
    steps: 44, terminated: true,
    end: [-0.10446818464258852, -0.014330326500552715, 0.22220951783018483, 0.734221034876786]),
]
