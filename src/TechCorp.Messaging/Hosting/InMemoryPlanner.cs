using Microsoft.Extensions.Configuration;

namespace TechCorp.Messaging;

/// <summary>Lets the configuration choose which server the broker in memory imitates.</summary>
internal static class InMemoryPlanner
{
    internal static void Plan(InMemoryBroker? broker, IConfiguration? section, List<string> problems, RestartNotice notice)
    {
        if (broker is not null && section?.GetSection("InMemory") is { } own)
        {
            SectionReader.Read(own, problems, reader => reader.Text(nameof(broker.RabbitMqVersion), text => Imitate(broker, reader, text)), notice);
        }
    }

    private static void Imitate(InMemoryBroker broker, SectionReader reader, string text)
    {
        _ = Version.TryParse(text, out var version);
        if (ImitatedServer.ProblemOf(version) is not null)
        {
            reader.Refuse(nameof(broker.RabbitMqVersion), $"must be the version of a RabbitMQ server, {ImitatedServer.Oldest} or later, like "
                + $"{ImitatedServer.Newest}; it is '{text}'.");
        }
        else if (!broker.TryImitate(version!))
        {
            reader.Refuse(nameof(broker.RabbitMqVersion), $"is {version}, but the broker is in use and behaves like {broker.RabbitMqVersion}: give all "
                + "services that share it the same version.");
        }
    }
}
