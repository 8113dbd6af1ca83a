using CsCheck;

namespace TechCorp.Resilience.Tests;

/// <summary>
/// Random calls that overlap: beginning and ending a call are separate commands. After each command the invariants of the requirements must hold.
/// </summary>
public sealed class CircuitModelTests
{
    private static readonly Gen<(int Kind, int Pick)[]> Commands = Gen.Select(Gen.Int[0, 19], Gen.Int[0, 7]).Array[0, 60];

    [Safeguard("One thread wins a transition")]
    [Fact]
    public void The_invariants_hold_for_every_sequence_of_overlapping_calls()
        => Gen.Select(Gen.Int[1, 4], Commands).Sample(
            (threshold, commands) => new CircuitModel(threshold).Run(commands), iter: 100_000, threads: 1, seed: "0000KOIPe036");

    [Safeguard("One thread wins a transition")]
    [Fact]
    public void Once_the_dependency_answers_again_the_circuit_closes_within_recovery_time_and_lease()
        => Gen.Select(Gen.Int[1, 4], Commands).Sample(
            (threshold, commands) =>
            {
                var model = new CircuitModel(threshold);
                model.Run(commands);
                model.Recover();
            },
            iter: 20_000,
            threads: 1,
            seed: "0000KOIPe036");
}
