namespace TechCorp.Resilience.Tests;

public sealed class OptionsCheckTests
{
    [Fact]
    public void No_problem_is_no_exception() => FluentActions.Invoking(() => OptionsCheck.Throw([])).Should().NotThrow();

    [Fact]
    public void The_first_option_is_the_parameter_and_the_message_names_all()
        => FluentActions.Invoking(() => OptionsCheck.Throw(["First must be 1.", "Second must be 2."])).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("First").WithMessage("First must be 1. Second must be 2.*");
}
