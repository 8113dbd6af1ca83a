namespace TechCorp.Resilience.Tests;

public sealed class ResiliencePipelineOptionsTests
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);

    [Fact]
    public void A_problem_of_a_stage_names_the_stage()
        => new ResiliencePipelineOptions
        {
            Timeout = new() { Mode = (TimeoutMode)9 },
            Retry = new() { MaxAttempts = 0 },
            CircuitBreaker = new() { FailureThreshold = 0 },
        }.Problems().Should().Equal(
            "Timeout.Mode must be a TimeoutMode; it is 9.",
            "Retry.MaxAttempts must be at least 1; it is 0.",
            "CircuitBreaker.FailureThreshold must be at least 1; it is 0.");

    [Fact]
    public void Stages_that_are_left_out_have_no_problems()
        => new ResiliencePipelineOptions { Timeout = null, Retry = null, CircuitBreaker = null }.Problems().Should().BeEmpty();

    [Fact]
    public void A_deadline_from_one_tick_to_the_longest_timer_or_none_is_valid()
    {
        new ResiliencePipelineOptions { Deadline = OneTick }.Problems().Should().BeEmpty();
        new ResiliencePipelineOptions { Deadline = LongestTimer }.Problems().Should().BeEmpty();
        new ResiliencePipelineOptions { Deadline = null }.Problems().Should().BeEmpty();
    }

    [Fact]
    public void A_deadline_that_has_passed_or_that_no_timer_takes_is_refused()
    {
        new ResiliencePipelineOptions { Deadline = TimeSpan.Zero }.Problems().Should().Equal(
            "Deadline must be more than zero and at most 24.20:31:23.6470000; it is 00:00:00.");
        new ResiliencePipelineOptions { Deadline = LongestTimer + OneTick }.Problems().Should().Equal(
            "Deadline must be more than zero and at most 24.20:31:23.6470000; it is 24.20:31:23.6470001.");
    }

    [Fact]
    public void A_pipeline_is_not_made_of_invalid_options_and_all_problems_are_reported_at_once()
        => FluentActions.Invoking(() => ResiliencePipeline.Create(
                "gateway", new ResiliencePipelineOptions { Deadline = TimeSpan.Zero, Timeout = new TimeoutOptions { Mode = default } }))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Timeout.Mode").WithMessage("*Timeout.Mode must*Deadline must*");
}
