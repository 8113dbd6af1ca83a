namespace TechCorp.Resilience.Tests;

public sealed class IdempotencyOptionsTests
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);

    [Fact]
    public void The_defaults_are_valid() => new IdempotencyOptions().Problems().Should().BeEmpty();

    [Fact]
    public void The_least_of_everything_is_valid() => new IdempotencyOptions
    {
        Lease = OneTick,
        WaitTimeout = TimeSpan.Zero,
        PollInterval = OneTick,
        MaxPollInterval = OneTick,
        StoreTimeout = OneTick,
        Retention = OneTick,
        CompletionAttempts = 1,
    }.Problems().Should().BeEmpty();

    [Fact]
    public void The_most_of_everything_is_valid() => new IdempotencyOptions
    {
        Lease = LongestTimer,
        WaitTimeout = LongestTimer,
        PollInterval = LongestTimer,
        MaxPollInterval = LongestTimer,
        StoreTimeout = LongestTimer,
        Retention = TimeSpan.FromDays(3650),
    }.Problems().Should().BeEmpty();

    [Fact]
    public void Durations_that_are_not_positive_are_refused() => new IdempotencyOptions
    {
        Lease = TimeSpan.Zero,
        WaitTimeout = -OneTick,
        PollInterval = TimeSpan.Zero,
        StoreTimeout = TimeSpan.Zero,
    }.Problems().Should().Equal(
        "Lease must be more than zero and at most 24.20:31:23.6470000; it is 00:00:00.",
        "PollInterval must be more than zero and at most 24.20:31:23.6470000; it is 00:00:00.",
        "StoreTimeout must be more than zero and at most 24.20:31:23.6470000; it is 00:00:00.",
        "WaitTimeout must not be negative and be at most 24.20:31:23.6470000; it is -00:00:00.0000001.");

    [Fact]
    public void Durations_that_no_timer_takes_are_refused()
    {
        var tooLong = LongestTimer + OneTick;

        new IdempotencyOptions { Lease = tooLong }.Problems().Should().ContainSingle().Which.Should().StartWith("Lease ");
        new IdempotencyOptions { WaitTimeout = tooLong }.Problems().Should().ContainSingle().Which.Should().StartWith("WaitTimeout ");
        new IdempotencyOptions { MaxPollInterval = tooLong }.Problems().Should().ContainSingle().Which.Should().StartWith("MaxPollInterval ");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3651)]
    public void An_outcome_is_kept_for_some_time_and_at_most_ten_years(int days)
        => new IdempotencyOptions { Retention = TimeSpan.FromDays(days) }.Problems().Should().Equal(
            $"Retention must be more than zero and at most ten years; it is {TimeSpan.FromDays(days)}.");

    [Fact]
    public void A_longest_pause_below_the_first_one_is_refused()
        => new IdempotencyOptions { PollInterval = TimeSpan.FromSeconds(2), MaxPollInterval = TimeSpan.FromSeconds(1) }.Problems().Should().Equal(
            "MaxPollInterval must be at least PollInterval (00:00:02); it is 00:00:01.");

    [Fact]
    public void No_attempt_to_store_an_outcome_is_refused()
        => new IdempotencyOptions { CompletionAttempts = 0 }.Problems().Should().Equal("CompletionAttempts must be at least 1; it is 0.");

    [Fact]
    public void An_executor_is_not_made_of_invalid_options_nor_without_a_store()
    {
        FluentActions.Invoking(() => new IdempotencyExecutor(new InMemoryIdempotencyStore(), new IdempotencyOptions { Lease = TimeSpan.Zero }))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Lease");
        FluentActions.Invoking(() => new IdempotencyExecutor(null!)).Should().Throw<ArgumentNullException>().WithParameterName("store");
    }
}
