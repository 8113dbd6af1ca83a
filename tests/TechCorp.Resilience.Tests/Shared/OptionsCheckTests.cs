using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.Tests;

public sealed class OptionsCheckTests
{
    [Fact]
    public void No_problem_is_no_exception() => FluentActions.Invoking(() => OptionsCheck.Throw("Options", [])).Should().NotThrow();

    [Fact]
    public void The_first_option_is_the_parameter_and_the_message_names_all()
        => FluentActions.Invoking(() => OptionsCheck.Throw("Options", ["First must be 1.", "Second must be 2."])).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("First").WithMessage("Options: First must be 1. Options: Second must be 2.*");

    [Fact]
    public void A_start_throws_all_problems_as_failures_of_the_section()
    {
        var thrown = FluentActions.Invoking(() => OptionsCheck.ThrowAtStart("TechCorp:Outbox", typeof(object), ["One.", "Two."])).Should()
            .Throw<OptionsValidationException>().Which;

        thrown.OptionsName.Should().Be("TechCorp:Outbox");
        thrown.Failures.Should().Equal("One.", "Two.");
        FluentActions.Invoking(() => OptionsCheck.ThrowAtStart("TechCorp:Outbox", typeof(object), [])).Should().NotThrow();
    }
}
