namespace TechCorp.Resilience.Tests;

public sealed class TimeoutOptionsTests
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);

    [Fact, Trait("Spec", "TO6")]
    public void A_limit_from_one_tick_to_the_longest_timer_or_none_is_valid()
    {
        new TimeoutOptions { Timeout = OneTick }.Problems().Should().BeEmpty();
        new TimeoutOptions { Timeout = LongestTimer }.Problems().Should().BeEmpty();
        new TimeoutOptions { Timeout = Timeout.InfiniteTimeSpan }.Problems().Should().BeEmpty();
    }

    [Fact, Trait("Spec", "TO6")]
    public void A_limit_that_no_timer_takes_is_refused()
        => new TimeoutOptions { Timeout = LongestTimer + OneTick }.Problems().Should().Equal(
            "Timeout must be infinite, or more than zero and at most 24.20:31:23.6470000; it is 24.20:31:23.6470001.");

    [Fact]
    public void An_unknown_mode_is_refused()
        => new TimeoutOptions { Mode = (TimeoutMode)9 }.Problems().Should().Equal("Mode must be a TimeoutMode; it is 9.");
}
