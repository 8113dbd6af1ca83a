using Microsoft.Extensions.Configuration;
using static TechCorp.Messaging.ConfigurationReader;

namespace TechCorp.Messaging;

/// <summary>The RabbitMQ options with configuration over them, checked.</summary>
internal static class RabbitMqPlanner
{
    internal static Func<TransportSettings, ITransport> Plan(RabbitMqOptions chosen, IConfiguration? section, ConfigurationReader reader, List<string> problems)
    {
        var options = chosen.Copy();
        foreach (var entry in section?.GetSection("RabbitMq").GetChildren() ?? [])
        {
            Apply(options, entry, reader, problems);
        }

        problems.AddRange(options.Problems().Select(problem => "RabbitMq: " + problem));
        return settings => new RabbitMqTransport(options, settings.Publisher, settings.AppId, settings.TimeProvider, settings.Loggers.CreateLogger("TechCorp.Messaging.RabbitMq"));
    }

    private static void Apply(RabbitMqOptions options, IConfigurationSection entry, ConfigurationReader reader, List<string> problems)
    {
        if (Is(entry, "Uri"))
        {
            options.Uris = RabbitMqUris.Parse(entry.Value ?? "", $"setting {entry.Path}", problems);
        }
        else if (Is(entry, nameof(options.ManagementUri)))
        {
            options.ManagementUri = Uri.TryCreate(entry.Value, UriKind.RelativeOrAbsolute, out var uri) ? uri : null;
        }
        else if (Is(entry, nameof(options.ReconnectDelay)))
        {
            options.ReconnectDelay = reader.Duration(entry, options.ReconnectDelay);
        }
        else if (Is(entry, nameof(options.MaxReconnectDelay)))
        {
            options.MaxReconnectDelay = reader.Duration(entry, options.MaxReconnectDelay);
        }
        else if (Is(entry, nameof(options.ConnectTimeout)))
        {
            options.ConnectTimeout = reader.Duration(entry, options.ConnectTimeout);
        }
        else if (Is(entry, nameof(options.Heartbeat)))
        {
            options.Heartbeat = reader.Duration(entry, options.Heartbeat);
        }
        else
        {
            reader.Unknown(entry);
        }
    }
}
