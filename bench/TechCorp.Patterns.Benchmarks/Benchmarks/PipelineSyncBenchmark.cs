using BenchmarkDotNet.Attributes;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>Timeout, retry and breaker; the operation completes synchronously.</summary>
[MemoryDiagnoser]
public class PipelineSyncBenchmark
{
    private readonly OurSubjects _ours = new();
    private readonly PollySubjects _polly = new();

    [Benchmark(Baseline = true)]
    public int Polly() => _polly.PipelineSync();

    [Benchmark]
    public int TechCorp() => _ours.PipelineSync();
}
