namespace TechCorp.Patterns.Benchmarks;

/// <summary>One rule, and code that checks it.</summary>
/// <param name="Row">The id of the requirement.</param>
/// <param name="Rule">What must hold.</param>
/// <param name="Setup">The stages it needs.</param>
/// <param name="Holds">Runs the scenario and returns whether the rule holds.</param>
internal sealed record Scenario(string Row, string Rule, Setup Setup, Func<Scene, Task<bool>> Holds)
{
    public async Task<Verdict> PlayAsync(Func<Setup, TimeProvider, ISubject?> make)
    {
        var clock = new AdjustableClock();
        return make(Setup, clock) is not { } subject ? Verdict.NotOffered
            : await Holds(new Scene(subject, clock)) ? Verdict.Held
            : Verdict.NotHeld;
    }
}
