using System.Text.Json;

namespace TechCorp.Messaging;

/// <summary>A queue as the management API describes it.</summary>
internal sealed record ManagedQueue(bool Durable, bool AutoDelete, bool Exclusive, Dictionary<string, JsonElement> Arguments)
{
    /// <summary>Everything that differs, in the words of <see cref="DeclareRefusal"/>.</summary>
    internal IEnumerable<string> DifferencesTo(QueueDeclaration queue)
    {
        if (!Durable)
        {
            yield return Difference("durable", "true", "false");
        }

        if (AutoDelete)
        {
            yield return Difference("auto_delete", "false", "true");
        }

        if (Exclusive)
        {
            yield return Difference("exclusive", "false", "true");
        }

        var ours = QueueArguments.Of(queue).ToDictionary(pair => pair.Key, pair => Text(pair.Value));
        var theirs = Arguments.ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        foreach (var name in ours.Keys.Union(theirs.Keys).Order(StringComparer.Ordinal))
        {
            var (our, their) = (ours.GetValueOrDefault(name), theirs.GetValueOrDefault(name));
            if (our != their && (name, our, their) is not ("x-queue-type", null, "classic")) // a later broker adds its default
            {
                yield return Difference(name, our ?? "none", their ?? "none");
            }
        }
    }

    private static string Text(object? value)
        => value is bool flag ? flag.ToString() : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!;

    private static string Difference(string argument, string ours, string theirs) => $"argument '{argument}': ours is '{ours}', the broker's is '{theirs}'.";
}
