using System.Globalization;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>An event id means one thing and says which packages log it, so that an alert can name it.</summary>
public sealed class EventIds
{
    /// <summary>The packages of a range share it: a service logs with all of them.</summary>
    private static readonly Dictionary<string, int> RangeOf = new()
    {
        ["TechCorp.Resilience"] = 1000,
        ["TechCorp.Resilience.Http"] = 1000,
        ["TechCorp.Resilience.AspNetCore"] = 1000,
        ["TechCorp.Messaging"] = 2000,
        ["TechCorp.Outbox"] = 3000,
    };

    private static readonly Lazy<IReadOnlyList<(string Package, int Id, string Place)>> All
        = new(() => [.. Repository.Sources(".cs", "src").SelectMany(file => Read(file.Path, file.Text))]);

    [Safeguard("An event id is in the range of its package", SwitchedOff = "an id of the relay set to 2010")]
    [Fact]
    public void An_event_id_is_in_the_range_of_its_package()
        => All.Value.Where(logged => logged.Id / 1000 * 1000 != RangeOf.GetValueOrDefault(logged.Package, -1))
            .Select(logged => $"{logged.Place}: {logged.Id} is not one of {logged.Package}.")
            .ShouldBeNone("an id says which package logs it");

    [Safeguard("An event id means one thing", SwitchedOff = "an id of the HTTP handler set to one of the pipelines")]
    [Fact]
    public void An_event_id_means_one_thing()
        => All.Value.GroupBy(logged => logged.Id).Where(same => same.Count() > 1)
            .Select(same => $"{same.Key} is logged at {string.Join(", ", same.Select(logged => logged.Place))}.")
            .ShouldBeNone("an alert on an id must not ring for something else");

    [Safeguard("Event ids are found however they are written", SwitchedOff = "a named id is not read")]
    [Fact]
    public void An_id_is_found_however_it_is_written()
    {
        const string Source = """
            static partial class Log
            {
                [LoggerMessage(2001, LogLevel.Warning, "a")]
                static partial void A(ILogger logger);

                [LoggerMessage(
                    EventId = 2002, Message = "b")]
                static partial void B(ILogger logger, LogLevel level);
            }
            """;

        Read("src/TechCorp.Messaging/Hosting/Log.cs", Source).Should().Equal(
            ("TechCorp.Messaging", 2001, "src/TechCorp.Messaging/Hosting/Log.cs:3"),
            ("TechCorp.Messaging", 2002, "src/TechCorp.Messaging/Hosting/Log.cs:6"));
    }

    [Fact]
    public void There_is_no_other_way_to_log_an_event()
        => Repository.Sources(".cs", "src")
            .Where(line => line.Contains("new EventId(", StringComparison.Ordinal) || line.Contains("LoggerMessage.Define", StringComparison.Ordinal))
            .ShouldBeNone("the rules about event ids read [LoggerMessage]");

    private static IEnumerable<(string Package, int Id, string Place)> Read(string path, string text)
        => TestAttribute.Read("LoggerMessage", text).Select(attribute => (
            path.Split('/')[1],
            int.Parse(attribute.Argument("EventId") ?? attribute.First, CultureInfo.InvariantCulture),
            $"{path}:{attribute.Line}"));
}
