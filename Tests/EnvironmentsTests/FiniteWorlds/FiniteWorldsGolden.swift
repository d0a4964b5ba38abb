/// Number of outcomes, digest of the transitions and digest of the start states of Gymnasium's worlds, by
/// `Golden/finite_worlds.py`.
let finiteWorldsGolden: [String: (count: Int, transitions: UInt64, starts: UInt64)] = [
  "FrozenLake 4x4": (152, 0xdae263da6829d5cb, 0xaf63ad4c86019caf),
  "FrozenLake 4x4 firm": (64, 0x4a641ae77fe12b, 0xaf63ad4c86019caf),
  "FrozenLake 8x8": (680, 0xf09ef9996f84aa6a, 0xaf63ad4c86019caf),
  "CliffWalking": (192, 0x845488ef718803b3, 0x7ff8007b4c008bc),
  "Taxi": (3000, 0x802472673e63a4db, 0x5641360509af5367),
]
