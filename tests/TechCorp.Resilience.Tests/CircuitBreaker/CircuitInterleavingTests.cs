namespace TechCorp.Resilience.Tests;

/// <summary>
/// Three threads, each of which asks for a call and reports its outcome, in every order in which their steps can follow each other. A step ends where
/// the circuit has looked at its state and is about to move it, and between asking and reporting.
/// </summary>
public sealed class CircuitInterleavingTests(ITestOutputHelper output)
{
    private static readonly CallEnd[] Ends = [CallEnd.Success, CallEnd.Failure, CallEnd.Neutral];

    [Safeguard("One thread wins a transition", SwitchedOff = "a transition does not compare the epoch that it was decided on")]
    [Safeguard("A thread that loses the race for the probe asks the circuit again",
        SwitchedOff = "the loser gets a permit for an epoch that nothing reads",
        Remark = "only this one: it takes two threads")]
    [Theory, Trait("Spec", "CB5"), Trait("Spec", "CB7"), Trait("Spec", "CB13")]
    [InlineData(CircuitStart.OneFailureBeforeTheTrip)]
    [InlineData(CircuitStart.DueForAProbe)]
    [InlineData(CircuitStart.ProbeLeaseExpired)]
    public void The_invariants_hold_in_every_order_of_the_steps_of_three_threads(CircuitStart start)
    {
        var schedules = 0;
        using var threads = new VirtualThreads(3);
        foreach (var ends in EachTeam())
        {
            CircuitRace race = new(start, ends, threads.Step);
            schedules += threads.RunAll(() => race.Begin(), () => race.Check());
        }

        output.WriteLine($"{start}: {schedules} schedules, 0 violations");
        schedules.Should().BeGreaterThan(1_000);
    }

    /// <summary>The threads differ only in their outcome, so teams that are permutations of each other are one.</summary>
    private static IEnumerable<CallEnd[]> EachTeam()
        => from a in Ends
           from b in Ends
           from c in Ends
           where a <= b && b <= c
           select new[] { a, b, c };
}
