using BenchmarkDotNet.Attributes;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>Admission and success by permit. Polly has no permits; its side executes an empty operation.</summary>
[MemoryDiagnoser]
public class PermitBenchmark
{
    private readonly OurSubjects _ours = new();
    private readonly PollySubjects _polly = new();

    [Benchmark(Baseline = true)]
    public int Polly() => _polly.Permit();

    [Benchmark]
    public int TechCorp() => _ours.Permit();
}
