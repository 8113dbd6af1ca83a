using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Shared;

/// <summary>Removes passwords, tokens and connection strings from text that leaves the process. Prefers to remove too much.</summary>
internal static partial class SecretScrubber
{
    /// <summary>Longer text is cut before it is searched, so that the work is bounded.</summary>
    private const int MaxChars = 32 * 1024;

    internal static string Scrub(string text)
    {
        var bounded = text.Length > MaxChars ? text[..MaxChars] : text;
        bounded = ConnectionString().Replace(bounded, "<connection string>");
        bounded = UriCredentials().Replace(bounded, "://***@");
        bounded = Bearer().Replace(bounded, "$1 ***");
        return NamedSecret().Replace(bounded, "$1***");
    }

    /// <summary>Two or more pairs of which the first names a server.</summary>
    [GeneratedRegex(
        """\b(?:host|server|data source|datasource|addr(?:ess)?|endpoint|accountendpoint|defaultendpointsprotocol)\s*=\s*[^;'"\r\n]+"""
        + """(?:;\s*[\w ]+=[^;'"\r\n]*)+;?""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ConnectionString();

    /// <summary>Up to the last @ before the path: an unescaped @ in a password is part of it.</summary>
    [GeneratedRegex("""://[^\s/'"]+@""", RegexOptions.CultureInvariant)]
    private static partial Regex UriCredentials();

    [GeneratedRegex("""\b(bearer|basic)\s+[\w\-.~+/]{6,}=*""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Bearer();

    /// <summary>A quoted value may lack its closing quote: the text may have been cut.</summary>
    [GeneratedRegex(
        """((?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key"""
        + """|shared[_-]?access[_-]?(?:key|signature)|credentials?)["']?"""
        + """\s*[=:]\s*)(?:"[^"]*"?|'[^']*'?|[^\s;,&"']+)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NamedSecret();
}
