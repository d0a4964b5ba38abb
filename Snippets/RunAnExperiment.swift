// An experiment as the command line does it, three seeds with all their files kept: swift run RunAnExperiment

import Runs

// By the default algorithm, without its search for how to explore, which takes minutes.
let request = TrainingRequest(
  problem: "nine-campaigns",
  overrides: ["steps=98304", "seeds=3", "validation_episodes=512", "agent.search_generations=0"])
let report = try train(request, style: .standard(isQuiet: false), stop: StopRequest())
print(report.text)

// The policy of the first seed, beside all baselines and the certified bound on the same held-out episodes.
let run = try RunFolder(opening: report.run)
let evaluation = try evaluate(run: run, episodes: 512, seed: 1)
print(evaluation.text)
for baseline in evaluation.baselines {
  print(baseline.name, evaluation.policy.summary.mean / baseline.summary.mean - 1)
}
