namespace TechCorp.Resilience.Tests;

/// <summary>The pipelines that one name has for its keys.</summary>
public sealed class KeyedPipelinesTests
{
    private readonly TestClock _clock = new();

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
}
