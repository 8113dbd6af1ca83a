using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Tests wait for things, not for time, and none is skipped.</summary>
public sealed class TestSources
{
    // In two halves, so that this file does not hold what it looks for. Waiting without end for a token is no sleep.
    private static readonly Regex Sleep = new("Thread" + @"\.Sleep|Task" + @"\.Delay(?!\(Timeout\.Infinite)");
    private static readonly Regex Skipped = new(@"\bSk" + @"ip(When|Unless|Exceptions)?\s*=(?!=)|\bAssert\.Sk" + "ip");

    /// <summary>Except the one poll, and the simulated slow network.</summary>
    [Safeguard("No sleeps", SwitchedOff = "a test that sleeps")]
    [Fact]
    public void No_test_sleeps()
        => Tests.Where(file => file.Name is not ("Eventually.cs" or "TcpProxy.cs")).Where(Sleep.IsMatch)
            .ShouldBeNone("a sleep is too long or too short: advance the clock, send a signal, or await with Eventually");

    [Safeguard("No skips", SwitchedOff = "a test that is skipped")]
    [Fact]
    public void No_test_is_skipped()
        => Tests.Where(Skipped.IsMatch).ShouldBeNone("a missing server fails and says how to start it");

    private static IReadOnlyList<RepositoryFile> Tests => Repository.Sources(".cs", "tests");
}
