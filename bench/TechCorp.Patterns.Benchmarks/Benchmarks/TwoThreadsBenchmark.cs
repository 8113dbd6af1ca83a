using BenchmarkDotNet.Attributes;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>Calls through one breaker from one thread, and from two threads at once. With perfect scaling both take the same time.</summary>
[MemoryDiagnoser]
public class TwoThreadsBenchmark
{
    private const int Calls = 1_000_000;

    private readonly OurSubjects _ours = new();
    private readonly PollySubjects _polly = new();

    [Params(1, 2)]
    public int Threads { get; set; }

    [Benchmark(Baseline = true)]
    public void Polly() => ThreadGroup.Run(Threads, Calls, calls => Loops.BreakerSync(_polly, calls));

    [Benchmark]
    public void TechCorp() => ThreadGroup.Run(Threads, Calls, calls => Loops.BreakerSync(_ours, calls));
}
