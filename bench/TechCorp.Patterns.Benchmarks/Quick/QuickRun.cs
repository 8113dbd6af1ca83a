namespace TechCorp.Patterns.Benchmarks;

/// <summary>Measures every row in less than a minute, without BenchmarkDotNet.</summary>
internal static class QuickRun
{
    /// <param name="output">Receives the result lines.</param>
    /// <param name="only">The rows to measure; empty for all.</param>
    public static void Run(TextWriter output, string[] only)
    {
        OurSubjects ours = new();
        PollySubjects polly = new();
        Pair[] pairs =
        [
            new("breaker_sync", calls => Loops.BreakerSync(ours, calls), calls => Loops.BreakerSync(polly, calls)),
            new("breaker_async", calls => Loops.BreakerAsync(ours, calls), calls => Loops.BreakerAsync(polly, calls)),
            new("permit", calls => Loops.Permit(ours, calls), calls => Loops.Permit(polly, calls)),
            new("retry_first_try", calls => Loops.RetryFirstTry(ours, calls), calls => Loops.RetryFirstTry(polly, calls)),
            new("pipeline_sync", calls => Loops.PipelineSync(ours, calls), calls => Loops.PipelineSync(polly, calls)),
            new("pipeline_async", calls => Loops.PipelineAsync(ours, calls), calls => Loops.PipelineAsync(polly, calls)),
            new("reject", calls => Loops.Reject(ours, calls), calls => Loops.Reject(polly, calls)),
            new("breaker_outcome", calls => Loops.BreakerOutcome(ours, calls), calls => Loops.BreakerOutcome(polly, calls)),
            new("retry_outcome", calls => Loops.RetryOutcome(ours, calls), calls => Loops.RetryOutcome(polly, calls)),
            new("pipeline_outcome", calls => Loops.PipelineOutcome(ours, calls), calls => Loops.PipelineOutcome(polly, calls)),
            new("ratio_sync", calls => Loops.RatioSync(ours, calls), calls => Loops.RatioSync(polly, calls)),
            new("slow_sync", calls => Loops.SlowSync(ours, calls), calls => Loops.SlowSync(polly, calls)),
            new("limit_sync", calls => Loops.LimitSync(ours, calls), calls => Loops.LimitSync(polly, calls)),
            new("limit_async", calls => Loops.LimitAsync(ours, calls), calls => Loops.LimitAsync(polly, calls)),
        ];
        List<string> results = [.. pairs.Where(pair => IsWanted(pair.Name)).Select(pair => pair.Measure())];
        if (IsWanted("two_threads"))
        {
            results.Add(Scaling.Measure(ours, polly));
        }

        results.ForEach(output.WriteLine);

        bool IsWanted(string row) => only.Length == 0 || only.Contains(row, StringComparer.Ordinal);
    }
}
