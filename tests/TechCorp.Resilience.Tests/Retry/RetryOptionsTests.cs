namespace TechCorp.Resilience.Tests;

public sealed class RetryOptionsTests
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);

    [Fact]
    public void An_invalid_retry_is_refused_alone_and_in_a_pipeline()
    {
        var invalid = new RetryOptions { MaxAttempts = 0 };

        FluentActions.Invoking(() => new RetryPolicy("gateway", invalid)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*MaxAttempts*");
        FluentActions.Invoking(() => ResiliencePipeline.Create("gateway", new ResiliencePipelineOptions { Retry = invalid })).Should()
            .Throw<ArgumentOutOfRangeException>().WithMessage("*MaxAttempts*");
    }

    [Fact]
    public void The_defaults_are_valid() => new RetryOptions().Problems().Should().BeEmpty();

    [Fact]
    public void The_least_of_everything_is_valid()
        => new RetryOptions { MaxAttempts = 1, BaseDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero }.Problems().Should().BeEmpty();

    [Fact]
    public void The_longest_wait_may_be_the_first_one_and_as_long_as_a_timer_takes()
        => new RetryOptions { BaseDelay = LongestTimer, MaxDelay = LongestTimer }.Problems().Should().BeEmpty();

    [Fact]
    public void No_attempt_at_all_is_refused()
        => new RetryOptions { MaxAttempts = 0 }.Problems().Should().Equal("MaxAttempts must be at least 1; it is 0.");

    [Fact]
    public void A_negative_wait_is_refused()
        => new RetryOptions { BaseDelay = -OneTick }.Problems().Should().Equal("BaseDelay must not be negative; it is -00:00:00.0000001.");

    [Fact]
    public void A_longest_wait_below_the_first_one_is_refused()
        => new RetryOptions { BaseDelay = TimeSpan.FromSeconds(2), MaxDelay = TimeSpan.FromSeconds(2) - OneTick }.Problems().Should().Equal(
            "MaxDelay must be at least BaseDelay (00:00:02) and at most 24.20:31:23.6470000; it is 00:00:01.9999999.");

    [Fact]
    public void A_longest_wait_that_no_timer_takes_is_refused()
        => new RetryOptions { MaxDelay = LongestTimer + OneTick }.Problems().Should().Equal(
            "MaxDelay must be at least BaseDelay (00:00:01) and at most 24.20:31:23.6470000; it is 24.20:31:23.6470001.");

    [Fact]
    public void An_unknown_jitter_is_refused()
        => new RetryOptions { Jitter = (JitterKind)9 }.Problems().Should().Equal("Jitter must be a JitterKind; it is 9.");
}
