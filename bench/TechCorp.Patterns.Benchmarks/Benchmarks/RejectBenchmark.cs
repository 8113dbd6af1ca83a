using BenchmarkDotNet.Attributes;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>A circuit that is open: rejection without an exception being thrown.</summary>
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
