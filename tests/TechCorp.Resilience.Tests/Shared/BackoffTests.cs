namespace TechCorp.Resilience.Tests;

public sealed class BackoffTests
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(8);

    [Fact, Trait("Spec", "RT4")]
    public void Waits_double_up_to_the_cap()
        => Enumerable.Range(1, 9).Select(retry => new Backoff(OneSecond, Cap).After(retry).TotalSeconds).Should().Equal(1, 2, 4, 8, 8, 8, 8, 8, 8);

    [Safeguard("A doubled wait cannot overflow", SwitchedOff = "`Backoff.Doubled` shifts without a comparison")]
    [Theory, Trait("Spec", "RT5")]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1_000_000)]
    [InlineData(int.MaxValue)]
    public void However_many_attempts_there_were_the_wait_is_the_cap(int retry)
    {
        new Backoff(OneSecond, Cap).After(retry).Should().Be(Cap);
        new Backoff(TimeSpan.FromTicks(2), TimeSpan.MaxValue).After(retry).Should().Be(TimeSpan.MaxValue);
        new Backoff(TimeSpan.Zero, Cap).After(retry).Should().Be(TimeSpan.Zero);
    }

    [Fact, Trait("Spec", "RT5")]
    public void No_wait_is_negative_or_shorter_than_the_one_before()
    {
        var before = TimeSpan.Zero;
        for (var retry = 1; retry < 200; retry++)
        {
            var wait = new Backoff(TimeSpan.FromTicks(3), TimeSpan.MaxValue).After(retry);
            wait.Should().BeGreaterThanOrEqualTo(before);
            before = wait;
        }
    }

    [Fact, Trait("Spec", "RT4")]
    public void A_doubled_wait_that_is_just_below_the_cap_is_not_rounded_up_to_it()
        => new Backoff(TimeSpan.FromTicks(1), TimeSpan.FromTicks(3)).After(2).Ticks.Should().Be(2);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Before_the_first_failure_the_wait_is_the_first(int failures) => new Backoff(OneSecond, Cap).After(failures).Should().Be(OneSecond);

    [Fact]
    public void A_first_wait_over_the_cap_is_the_cap() => new Backoff(Cap * 2, Cap).After(1).Should().Be(Cap);

    [Theory, Trait("Spec", "RT5")]
    [InlineData(1, 1)]
    [InlineData(2, 1.5)]
    [InlineData(3, 2.25)]
    [InlineData(7, 8)]
    [InlineData(int.MaxValue, 8)]
    public void Waits_grow_by_any_factor_up_to_the_cap(int failures, double seconds)
        => new Backoff(OneSecond, Cap, Growth: 1.5).After(failures).Should().Be(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void A_zero_wait_stays_zero_whatever_the_growth() => new Backoff(TimeSpan.Zero, Cap, Growth: 3).After(int.MaxValue).Should().Be(TimeSpan.Zero);

    [Fact]
    public void The_next_wait_is_doubled_up_to_the_cap_also_from_the_longest_duration()
    {
        Backoff.Next(OneSecond, Cap).Should().Be(OneSecond * 2);
        Backoff.Next(Cap, Cap).Should().Be(Cap);
        Backoff.Next(TimeSpan.MaxValue, TimeSpan.MaxValue).Should().Be(TimeSpan.MaxValue);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1, 0.5, 4)]
    [InlineData(0.5, 0, 4)]
    [InlineData(0.5, 1, 8)]
    [InlineData(0.2, 0, 6.4)]
    public void Chance_takes_up_to_its_share_of_a_wait_and_never_adds_to_it(double share, double random, double seconds)
        => Backoff.Spread(Cap, share, random).Should().Be(TimeSpan.FromSeconds(seconds));
}
