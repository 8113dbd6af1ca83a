namespace TechCorp.Resilience.Tests;

/// <summary>The pipelines that one name has for its keys.</summary>
public sealed class KeyedPipelinesTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);
    private readonly TestClock _clock = new();
    private readonly TaskCompletionSource<int> _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Safeguard("A pipeline whose permits are in use is not dropped", SwitchedOff = "only the circuit is asked what would be lost")]
    [Fact, Trait("Spec", "FR12")]
    public async Task One_whose_permits_are_in_use_is_kept_however_long_it_is_idle()
    {
        var pipelines = Registry();
        var busy = pipelines.Get("tenant", "busy");
        var running = busy.ExecuteAsync((_, _) => new ValueTask<int>(_gate.Task), 0).AsTask();

        _clock.Advance(10 * Idle);
        pipelines.Get("tenant", "other");

        pipelines.Get("tenant", "busy").Should().BeSameAs(busy);
        await FluentActions.Awaiting(() => CallAsync(pipelines.Get("tenant", "busy"))).Should().ThrowAsync<ConcurrencyLimitException>();
        _gate.SetResult(7);
        await running;
        _clock.Advance(Idle);
        pipelines.Get("tenant", "third");
        pipelines.Get("tenant", "busy").Should().NotBeSameAs(busy, "its permits are all back");
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task One_whose_permits_are_in_use_makes_room_for_no_other()
    {
        var pipelines = Registry();
        var busy = pipelines.Get("tenant", "busy");
        var running = busy.ExecuteAsync((_, _) => new ValueTask<int>(_gate.Task), 0).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(1));

        for (var key = 0; key < 10_001; key++)
        {
            pipelines.Get("tenant", $"{key}");
        }

        pipelines.Get("tenant", "busy").Should().BeSameAs(busy);
        _gate.SetResult(7);
        await running;
    }

    [Safeguard("A pipeline of a key follows the newest options", SwitchedOff = "it follows those that its caller saw before the lock")]
    [Fact, Trait("Spec", "FR11")]
    public void One_follows_the_newest_options_and_not_those_that_its_caller_saw()
    {
        ResiliencePipelineOptions[] seen = [Attempts(1), Attempts(2), Attempts(3)];
        var reads = 0;
        var pipelines = new KeyedPipelines("tenant", () => seen[Math.Min(reads++, 2)], _clock, logger: null);

        pipelines.Get("a").MaxAttempts.Should().Be(3, "between the two looks another reload has come");
    }

    private static ResiliencePipelineOptions Attempts(int attempts) => new() { Retry = new() { MaxAttempts = attempts } };

    private static Task<int> CallAsync(ResiliencePipeline pipeline) => pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(1), 0).AsTask();

    private ResiliencePipelineRegistry Registry() => ResiliencePipelineRegistry.Create(
        [new("tenant", new() { Timeout = null, Retry = null, ConcurrencyLimit = new() { PermitLimit = 1 } })], _clock);
}
