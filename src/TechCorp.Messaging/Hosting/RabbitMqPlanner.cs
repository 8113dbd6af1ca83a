using Microsoft.Extensions.Configuration;

namespace TechCorp.Messaging;

/// <summary>The RabbitMQ options with configuration over them, checked.</summary>
internal static class RabbitMqPlanner
{
    internal static Func<TransportSettings, ITransport> Plan(
        RabbitMqOptions chosen,
        IConfiguration? section,
        string path,
        List<string> problems,
        RestartNotice notice)
    {
        var options = chosen.Copy();
        if (section?.GetSection("RabbitMq") is { } own)
        {
            SectionReader.Read(own, problems, reader => OptionsFromConfiguration.Read(reader, options, problems), notice);
        }

        problems.AddRange(OptionsCheck.OfSection(path, options.Problems()));
        return settings
            => new RabbitMqTransport(options, settings.Publisher, settings.AppId, settings.TimeProvider,
                settings.Loggers.CreateLogger("TechCorp.Messaging.RabbitMq"));
    }
}
