using System.Globalization;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A job as its number in text.</summary>
internal sealed class JobFormat : IMessageSerializer<Job>
{
    public string ContentType => "text/plain";

    /// <summary>A bus on the tests' server that knows jobs.</summary>
    internal static MessagingBuilder OnServer(MessagingBuilder bus) => bus.UseRabbitMq(RabbitMqServer.Uri.ToString()).AddMessage("job", new JobFormat());

    public ReadOnlyMemory<byte> Serialize(Job payload) => TextMessage.Of($"{payload.Number}").Body;

    public Job Deserialize(ReadOnlySpan<byte> body) => new(int.Parse(body, CultureInfo.InvariantCulture));
}
