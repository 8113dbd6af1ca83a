using BenchmarkDotNet.Attributes;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>A closed breaker; the operation completes synchronously.</summary>
[MemoryDiagnoser]
public class BreakerSyncBenchmark
{
    private readonly OurSubjects _ours = new();
    private readonly PollySubjects _polly = new();

    [Benchmark(Baseline = true)]
    public int Polly() => _polly.BreakerSync();

    [Benchmark]
    public int TechCorp() => _ours.BreakerSync();
}
