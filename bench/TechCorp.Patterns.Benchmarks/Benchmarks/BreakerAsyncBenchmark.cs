using BenchmarkDotNet.Attributes;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>A closed breaker; the operation suspends.</summary>
[MemoryDiagnoser]
public class BreakerAsyncBenchmark
{
    private readonly OurSubjects _ours = new();
    private readonly PollySubjects _polly = new();

    [Benchmark(Baseline = true)]
    public int Polly() => _polly.BreakerAsync();

    [Benchmark]
    public int TechCorp() => _ours.BreakerAsync();
}
