namespace TechCorp.Resilience.Tests;

/// <summary>The overload that does not throw does not throw, whichever callback of a description does.</summary>
public sealed class ThrowingDescriptionTests
{
    private readonly ListLogger _log = new();
    private readonly ResiliencePipeline _pipeline;

    public ThrowingDescriptionTests()
        => _pipeline = ResiliencePipeline.Create("described", new() { FallbackOnFailure = true, Retry = new() { BaseDelay = TimeSpan.Zero } }, logger: _log);

    [Safeguard("A key that cannot be found is the outcome of the call", SwitchedOff = "`DescribedOperation.TryDescribe` catches nothing")]
    [Theory, Trait("Spec", "FR10")]
    [InlineData("IdempotencyKey")]
    [InlineData("IsFailure")]
    [InlineData("Fallback")]
    public async Task What_decides_the_call_is_its_outcome_when_it_throws(string callback)
    {
        var outcome = await _pipeline.TryExecuteAsync(Description(callback), 503);

        outcome.Status.Should().Be(OutcomeStatus.Failure);
        outcome.Exception.Should().BeOfType<FormatException>().Which.Message.Should().Be(callback);
    }

    [Safeguard("A description's callback that throws is no exception of the call", SwitchedOff = "`RetryStage.Veto` lets `MayRepeat` throw")]
    [Theory, Trait("Spec", "FR10")]
    [InlineData("MayRepeat")]
    [InlineData("Explain")]
    [InlineData("RetryAfter")]
    [InlineData("Discard")]
    public async Task What_only_helps_is_reported_when_it_throws(string callback)
    {
        var outcome = await _pipeline.TryExecuteAsync(Description(callback), 503);

        outcome.Should().BeEquivalentTo(new { Status = OutcomeStatus.Failure, HasValue = true, Value = 503 });
        _log.Entries.Should().Contain($"1001 The callback {callback} of 'described' threw; the call continued without it.");
    }

    [Fact, Trait("Spec", "FR10")]
    public async Task An_operation_that_cannot_say_whether_it_may_run_again_runs_once()
    {
        var runs = 0;
        var operation = new ResilientOperation<int, int>((_, _) =>
        {
            runs++;
            throw new TimeoutException();
        })
        { MayRepeat = static _ => throw new FormatException() };

        (await _pipeline.TryExecuteAsync(operation, 0)).Exception.Should().BeOfType<TimeoutException>();
        runs.Should().Be(1);
    }

    [Safeguard("A key that cannot be found is the outcome of the call")]
    [Fact, Trait("Spec", "FR10")]
    public async Task A_call_whose_key_cannot_be_found_fails_when_it_is_awaited_and_uses_no_attempt()
    {
        var call = _pipeline.ExecuteAsync(Description("IdempotencyKey"), 0);

        call.IsFaulted.Should().BeTrue();
        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<FormatException>();
        _pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(0);
    }

    /// <summary>An operation whose results are failures, with one callback that throws its name.</summary>
    private static ResilientOperation<int, int> Description(string throwing) => new(static (status, _) => new ValueTask<int>(status))
    {
        IsFailure = _ => throwing != "IsFailure" ? true : throw new FormatException("IsFailure"),
        IdempotencyKey = _ => throwing == "IdempotencyKey" ? throw new FormatException("IdempotencyKey") : null,
        MayRepeat = _ => throwing != "MayRepeat" ? true : throw new FormatException("MayRepeat"),
        Explain = _ => throwing == "Explain" ? throw new FormatException("Explain") : null,
        RetryAfter = _ => throwing == "RetryAfter" ? throw new FormatException("RetryAfter") : null,
        Discard = throwing == "Discard" ? _ => throw new FormatException("Discard") : null,
        Fallback = throwing == "Fallback" ? (_, _, _) => throw new FormatException("Fallback") : null,
    };
}
