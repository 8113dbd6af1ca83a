using BenchmarkDotNet.Attributes;

namespace TechCorp.Patterns.Benchmarks;

/// <summary>Timeout, retry and breaker; the operation suspends.</summary>
[MemoryDiagnoser]
public class PipelineAsyncBenchmark
{
    private readonly OurSubjects _ours = new();
    private readonly PollySubjects _polly = new();

    [Benchmark(Baseline = true)]
    public int Polly() => _polly.PipelineAsync();

    [Benchmark]
    public int TechCorp() => _ours.PipelineAsync();
}
