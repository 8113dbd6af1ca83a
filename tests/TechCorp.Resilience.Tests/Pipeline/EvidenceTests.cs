namespace TechCorp.Resilience.Tests;

/// <summary>What is known of a failure that is a result, not an exception.</summary>
public sealed class EvidenceTests
{
    private readonly TestClock _clock = new();
    private readonly ListLogger _log = new();
    private readonly List<CircuitTransition> _transitions = [];

    [Safeguard("Evidence of a failure that is a result", SwitchedOff = "`PipelineExecutor` makes none")]
    [Fact]
    public async Task A_circuit_that_results_opened_says_which_result_it_was()
    {
        var pipeline = Pipeline(attempts: 1, threshold: 2);
        var operation = Status(static status => $"status {status}");

        await pipeline.ExecuteAsync(operation, 500);
        await pipeline.ExecuteAsync(operation, 503);

        _transitions.Should().ContainSingle().Which.Cause.Should().BeOfType<FailedResultException>()
            .Which.Message.Should().Be("'gateway' returned a result that counts as a failure: status 503.");
        (await pipeline.Awaiting(p => p.ExecuteAsync(operation, 200).AsTask()).Should().ThrowAsync<CircuitOpenException>())
            .Which.InnerException.Should().BeOfType<FailedResultException>().Which.Message.Should().EndWith("status 503.");
    }

    [Fact]
    public async Task Without_an_explanation_it_says_that_a_result_counted_as_a_failure()
    {
        var pipeline = Pipeline(attempts: 1, threshold: 1);

        await pipeline.ExecuteAsync(Status(explain: null), 503);

        _transitions.Should().ContainSingle().Which.Cause!.Message.Should().Be("'gateway' returned a result that counts as a failure.");
    }

    [Safeguard("An explanation that throws changes no call", SwitchedOff = "what it throws is let out")]
    [Fact]
    public async Task An_explanation_that_throws_changes_nothing_but_the_words()
    {
        var pipeline = Pipeline(attempts: 1, threshold: 1);

        (await pipeline.ExecuteAsync(Status(static _ => throw new FormatException()), 503)).Should().Be(503);

        _transitions.Should().ContainSingle().Which.Cause!.Message.Should().Be("'gateway' returned a result that counts as a failure.");
        _log.Entries.Should().Contain("1001 The callback Explain of 'gateway' threw; the call continued without it.");
    }

    [Fact]
    public async Task A_success_is_not_explained()
    {
        var pipeline = Pipeline(attempts: 1, threshold: 1);
        var asked = 0;

        await pipeline.ExecuteAsync(Status(_ => $"{++asked}"), 200);

        asked.Should().Be(0);
    }

    [Safeguard("Evidence of a failure that is a result")]
    [Fact]
    public async Task A_call_that_the_circuit_cuts_short_carries_the_result_that_failed()
    {
        var pipeline = Pipeline(attempts: 3, threshold: 1);
        var operation = Status(static status => $"status {status}");

        (await pipeline.Awaiting(p => p.ExecuteAsync(operation, 503).AsTask()).Should().ThrowAsync<CircuitOpenException>())
            .Which.InnerException.Should().BeOfType<FailedResultException>().Which.Message.Should().EndWith("status 503.");
    }

    [Fact]
    public async Task A_notice_of_a_retry_has_no_exception_when_there_was_none()
    {
        var notices = new List<RetryNotice>();
        var pipeline = ResiliencePipeline.Create("gateway", new ResiliencePipelineOptions { Retry = new() { MaxAttempts = 2, OnRetry = notices.Add } }, _clock);

        await _clock.RunAsync(pipeline.ExecuteAsync(Status(explain: null), 503).AsTask());

        notices.Should().ContainSingle().Which.Exception.Should().BeNull();
    }

    private static ResilientOperation<int, int> Status(Func<int, string?>? explain)
        => new(static (status, _) => new ValueTask<int>(status)) { IsFailure = static status => status >= 500, Explain = explain };

    private ResiliencePipeline Pipeline(int attempts, int threshold) => ResiliencePipeline.Create(
        "gateway",
        new ResiliencePipelineOptions
        {
            Retry = new() { MaxAttempts = attempts },
            CircuitBreaker = new() { FailureThreshold = threshold, OnTransition = _transitions.Add },
        },
        _clock,
        _log);
}
