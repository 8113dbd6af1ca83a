namespace TechCorp.Resilience.Tests;

public sealed class DiscardTests
{
    private readonly TestClock _clock = new();

    [Fact, Trait("Spec", "HT9")]
    public async Task A_failing_result_that_a_fallback_replaces_is_disposed()
    {
        var failing = new MemoryStream();
        var operation = new ResilientOperation<int, MemoryStream>((_, _) => new(failing))
        {
            IsFailure = result => result == failing,
            Fallback = static (_, _, _) => new(new MemoryStream()),
        };

        var answer = await Create(new ResiliencePipelineOptions { Retry = null, FallbackOnFailure = true }).ExecuteAsync(operation, 0);

        failing.CanRead.Should().BeFalse();
        answer.CanRead.Should().BeTrue();
    }

    [Fact, Trait("Spec", "HT9")]
    public async Task A_failing_result_that_a_rejection_replaces_is_disposed()
    {
        var failing = new MemoryStream();
        var operation = new ResilientOperation<int, MemoryStream>((_, _) => new(failing)) { IsFailure = static _ => true };

        await Create(new ResiliencePipelineOptions { CircuitBreaker = new() { FailureThreshold = 1 } })
            .Awaiting(p => p.ExecuteAsync(operation, 0).AsTask()).Should().ThrowAsync<CircuitOpenException>();

        failing.CanRead.Should().BeFalse();
    }

    [Fact]
    public async Task Nothing_is_discarded_when_there_is_no_result()
    {
        var discarded = 0;
        var operation = new ResilientOperation<int, int>(static (_, _) => throw new TimeoutException()) { Discard = _ => discarded++ };

        await Create(new ResiliencePipelineOptions()).Awaiting(p => _clock.RunAsync(p.ExecuteAsync(operation, 0).AsTask())).Should()
            .ThrowAsync<TimeoutException>();

        discarded.Should().Be(0);
    }

    private ResiliencePipeline Create(ResiliencePipelineOptions options) => ResiliencePipeline.Create("gateway", options, _clock);
}
