namespace TechCorp.Resilience.Tests;

public sealed class MonotonicClockTests
{
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);

    [Fact]
    public void A_time_that_has_come_is_zero_away()
    {
        var clock = new MonotonicClock(new SplitClock());

        clock.Until(deadline: 5, now: 5).Should().Be(TimeSpan.Zero);
        clock.Until(deadline: 4, now: 5).Should().Be(TimeSpan.Zero);
        clock.Until(deadline: long.MinValue, now: 5).Should().Be(TimeSpan.Zero);
        clock.Until(deadline: 6, now: 5).Should().Be(OneTick);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1_000)]
    [InlineData(1_000_000_000)]
    public void A_duration_is_never_shortened_by_the_frequency_of_the_clock(long frequency)
    {
        var clock = new MonotonicClock(new SplitClock(frequency: frequency));

        clock.Until(clock.Add(7, OneTick), 7).Should().BeGreaterThanOrEqualTo(OneTick);
        clock.Add(7, TimeSpan.FromSeconds(2)).Should().Be(7 + 2 * frequency);
        clock.Until(7 + 2 * frequency, 7).Should().Be(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_part_of_a_step_is_a_whole_one()
        => new MonotonicClock(new SplitClock(frequency: 3)).Add(0, TimeSpan.FromTicks(TimeSpan.TicksPerSecond / 3 + 1)).Should().Be(2);

    [Fact]
    public void A_part_of_a_tick_is_a_whole_one()
        => new MonotonicClock(new SplitClock(frequency: 1_000_000_000)).Until(deadline: 101, now: 0).Should().Be(TimeSpan.FromTicks(2));

    [Fact]
    public void Nothing_is_later_than_the_end_of_time()
    {
        var clock = new MonotonicClock(new SplitClock());

        clock.Add(long.MaxValue - 1, TimeSpan.MaxValue).Should().Be(long.MaxValue);
        clock.Until(long.MaxValue, long.MaxValue - 1_000_000_000_000_000_000).Should().Be(TimeSpan.MaxValue);
        clock.Until(long.MaxValue - 1, long.MinValue).Should().Be(TimeSpan.MaxValue, "the difference is more than a duration can hold");
    }

    [Fact]
    public void Waits_of_centuries_are_exact_too()
    {
        var clock = new MonotonicClock(new SplitClock(frequency: 1_000_000_000));
        var centuries = TimeSpan.FromDays(80_000) + OneTick;

        clock.Until(clock.Add(1, centuries), 1).Should().Be(centuries);
    }
}
