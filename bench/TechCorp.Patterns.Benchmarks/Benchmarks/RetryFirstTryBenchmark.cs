using BenchmarkDotNet.Attributes;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>Retry; the first attempt succeeds.</summary>
[MemoryDiagnoser]
public class RetryFirstTryBenchmark
{
    private readonly OurSubjects _ours = new();
    private readonly PollySubjects _polly = new();

    [Benchmark(Baseline = true)]
    public int Polly() => _polly.RetryFirstTry();

    [Benchmark]
    public int TechCorp() => _ours.RetryFirstTry();
}
