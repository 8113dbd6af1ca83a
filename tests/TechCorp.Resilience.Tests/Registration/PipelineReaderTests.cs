using Microsoft.Extensions.Configuration;

namespace TechCorp.Resilience.Tests;

public sealed class PipelineReaderTests
{
    private readonly ResiliencePipelineOptions _options = new();
    private readonly List<string> _problems = [];

    [Theory]
    [InlineData("Deadline", "soon", "p:Deadline must be a duration like 00:00:30 or 1.00:00:00; it is 'soon'.")]
    [InlineData("FallbackOnFailure", "never", "p:FallbackOnFailure must be true or false; it is 'never'.")]
    [InlineData("Timeout:Mode", "never", "p:Timeout:Mode must be one of Cooperative, Abandon; it is 'never'.")]
    [InlineData("Timeout:Mode", "9", "p:Timeout:Mode must be one of Cooperative, Abandon; it is '9'.")]
    [InlineData("Retry:MaxAttempts", "1.5", "p:Retry:MaxAttempts must be a whole number; it is '1.5'.")]
    [InlineData("Retry:WaitForCircuit", "maybe", "p:Retry:WaitForCircuit must be true or false; it is 'maybe'.")]
    [InlineData("CircuitBreaker:RecoveryGrowth", "double", "p:CircuitBreaker:RecoveryGrowth must be a number such as 1.5; it is 'double'.")]
    [InlineData("Timeout:Enabled", "perhaps", "p:Timeout:Enabled must be true or false; it is 'perhaps'.")]
    [InlineData("Timeout:Limit", "00:00:01", "p:Timeout:Limit is unknown; known are Enabled, Mode, Timeout.")]
    [InlineData("Retry:Attempts", "3", "p:Retry:Attempts is unknown; did you mean MaxAttempts?")]
    [InlineData("Bulkhead", "3", "p:Bulkhead is unknown; known are CircuitBreaker, ConcurrencyLimit, Deadline, FallbackOnFailure, Retry, Timeout.")]
    public void A_value_that_cannot_be_read_is_reported_and_changes_nothing(string key, string value, string problem)
    {
        Read((key, value));

        _problems.Should().Equal(problem);
        _options.Should().BeEquivalentTo(new ResiliencePipelineOptions(), options => options.Excluding(o => o.Outcomes));
    }

    [Fact]
    public void Each_stage_can_be_switched_off()
    {
        Read(("Timeout:Enabled", "false"), ("Retry:Enabled", "false"), ("CircuitBreaker:Enabled", "false"));

        _options.Timeout.Should().BeNull();
        _options.Retry.Should().BeNull();
        _options.CircuitBreaker.Should().BeNull();
        _problems.Should().BeEmpty();
    }

    [Fact]
    public void A_stage_that_code_left_out_comes_back_when_it_is_configured()
    {
        _options.Timeout = null;
        _options.Retry = null;
        _options.CircuitBreaker = null;

        Read(("Timeout:Enabled", "true"), ("Retry:Enabled", "true"), ("CircuitBreaker:Enabled", "true"));

        _options.Should().BeEquivalentTo(new ResiliencePipelineOptions(), options => options.Excluding(o => o.Outcomes));
        _problems.Should().BeEmpty();
    }

    private void Read(params (string Key, string Value)[] settings)
    {
        var root = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>($"p:{setting.Key}", setting.Value)))
            .Build();
        SectionReader.Read(root.GetSection("p"), _problems, section => PipelineReader.Read(section, _options));
    }
}
