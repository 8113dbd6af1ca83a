namespace TechCorp.Messaging;

/// <summary>Reads AMQP URIs from text. What is no URI becomes a problem that does not repeat the text: it may hold a password.</summary>
internal static class RabbitMqUris
{
    internal static IList<Uri> Parse(string text, string source, ICollection<string> problems)
    {
        var uris = new List<Uri>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Uri.TryCreate(part, UriKind.Absolute, out var uri))
            {
                uris.Add(uri);
            }
            else
            {
                problems.Add($"RabbitMq: the {source} is not amqp://user:password@host:5672/vhost.");
            }
        }

        return uris;
    }
}
