using BenchmarkDotNet.Attributes;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>An open circuit rejects the call without throwing an exception.</summary>
[MemoryDiagnoser]
public class RejectBenchmark
{
    private readonly OurSubjects _ours = new();
    private readonly PollySubjects _polly = new();

    [Benchmark(Baseline = true)]
    public int Polly() => _polly.Reject();

    [Benchmark]
    public int TechCorp() => _ours.Reject();
}
