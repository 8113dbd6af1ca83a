namespace TechCorp.Patterns.Benchmarks;

/// <summary>Runs every scenario with both libraries and prints the results.</summary>
internal static class ScenarioRun
{
    public static async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync("Semantic scenarios on a fake clock. Both libraries use their defaults, and the same numbers: 5 failures, 30 s; delays "
            + "1, 2, 4, 8 s; timeout 5 s.");
        await output.WriteLineAsync("'not offered' means that the library has no such feature; it does not mean that the library is wrong.");
        await output.WriteLineAsync();
        await output.WriteLineAsync($"{"row",-5} {"TechCorp",-12} {"Polly",-12} rule");
        var total = 0;
        var ours = 0;
        var peer = 0;
        foreach (var scenario in BreakerScenarios.All.Concat(RetryScenarios.All))
        {
            var own = await scenario.PlayAsync(OurSubject.Make);
            var polly = await scenario.PlayAsync(PollySubject.Make);
            total++;
            ours += own == Verdict.Held ? 1 : 0;
            peer += polly == Verdict.Held ? 1 : 0;
            await output.WriteLineAsync($"{scenario.Row,-5} {Words(own),-12} {Words(polly),-12} {scenario.Rule}");
        }

        await output.WriteLineAsync();
        await output.WriteLineAsync($"RESULT scenarios ours={ours}/{total} peer={peer}/{total}");
    }

    private static string Words(Verdict verdict) => verdict switch
    {
        Verdict.Held => "held",
        Verdict.NotHeld => "not held",
        _ => "not offered",
    };
}
