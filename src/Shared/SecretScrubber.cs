using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Shared;

/// <summary>Removes passwords, tokens and connection strings from text that leaves the process. Prefers to remove too much.</summary>
/// <remarks>
/// The work grows with the length of the text, whatever is in it, because exceptions quote what senders wrote: nothing that is repeated
/// without a bound can fail to match afterwards.
/// </remarks>
internal static partial class SecretScrubber
{
    /// <summary>Longer text is cut before it is searched.</summary>
    private const int MaxChars = 16 * 1024;

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private const string Names = "pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key"
        + "|shared[_-]?access[_-]?(?:key|signature)|signature|\\bsig|credentials?";

    /// <summary>A value between quotes, in which a doubled or escaped quote is a part of it. The closing quote may be cut off.</summary>
    private const string Quoted = """(?>"(?:[^"\\]|\\.|"")*["\\]?|'(?:[^'\\]|\\.|'')*['\\]?)""";

    /// <summary>A value of a list that is separated by semicolons.</summary>
    private const string ListValue = """[ \t]{0,4}(?:""" + Quoted + """[^;\r\n]*|[^;\r\n"'][^;\r\n]*)?""";

    internal static string Scrub(string text)
    {
        var bounded = text.Length > MaxChars ? text[..MaxChars] : text;
        bounded = ConnectionString().Replace(bounded, "<connection string>");
        bounded = UriCredentials().Replace(bounded, "$1***@");
        bounded = Header().Replace(bounded, "$1***");
        bounded = Bearer().Replace(bounded, "$1 ***");
        bounded = WebToken().Replace(bounded, "***");
        bounded = Element().Replace(bounded, "$1***");
        bounded = ListedSecret().Replace(bounded, "$1$2***");
        return NamedSecret().Replace(bounded, "$1***");
    }

    /// <summary>Two or more pairs of which the first names a server.</summary>
    [GeneratedRegex(
        """\b(?:host|server|data source|datasource|addr(?:ess)?|endpoint|accountendpoint|defaultendpointsprotocol)[ \t]{0,4}=(?>[^;='"\r\n]{1,256})"""
        + """(?:;[ \t]{0,4}\w[\w ]{0,40}=""" + ListValue + """)+;?""",
        Options)]
    private static partial Regex ConnectionString();

    /// <summary>Up to the last @ of a word, because an unescaped @ or / in a password is part of it; to the first @ where a broker's or a
    /// database's address holds a space.</summary>
    [GeneratedRegex(
        """(://)(?:[^\s'"/@:]{0,256}:(?:(?!://)[^\s'"]){0,1024}@|[^\s/'"]{1,1024}@"""
        + """|(?<=\b(?:amqps?|postgres(?:ql)?)://)[^\s'"/@:]{0,256}:[^\r\n'"@]{1,256}@)""",
        Options)]
    private static partial Regex UriCredentials();

    [GeneratedRegex("""((?:\bset-)?\bcookie["']?[ \t]{0,4}[:=]|\bauthorization["']?[ \t]{0,4}[:=](?![ \t"']{0,4}(?:bearer|basic)\b))[^\r\n]+""", Options)]
    private static partial Regex Header();

    [GeneratedRegex("""\b(bearer|basic)\s{1,4}[\w\-.~+/]{6,}=*""", Options)]
    private static partial Regex Bearer();

    [GeneratedRegex("""\beyJ[\w-]{5,4096}\.[\w-]{5,4096}\.[\w-]*""", RegexOptions.CultureInvariant)]
    private static partial Regex WebToken();

    [GeneratedRegex("(<[^<>]{0,40}(?:" + Names + ")[^<>]{0,100}>)[^<]+", Options)]
    private static partial Regex Element();

    /// <summary>After a semicolon, or before one that follows without a space, a comma or ampersand is a part of the value.</summary>
    [GeneratedRegex(
        "(;[ \\t]{0,4}[\\w ]{0,40}(?:" + Names + ")[\\w ]{0,20}=)" + ListValue
        + "|((?:" + Names + """)[ \t]{0,4}=[ \t]{0,4})(?>[^;\s"']{1,1024})(?=;)""",
        Options)]
    private static partial Regex ListedSecret();

    /// <summary>A value between quotes that are escaped themselves, between quotes, in brackets, or up to the end of the word.</summary>
    [GeneratedRegex(
        "((?:" + Names + """)\\{0,8}["']?\s{0,4}[=:]\s{0,4})(?:\\{1,8}["'](?>(?:[^"'\\]|\\{1,8}[^"'\\]|\\{3,8}["'])*)\\{0,8}["']?|"""
        + Quoted + """|\[[^\]]*\]?|[^\s;,&"'\[\\]+)""",
        Options)]
    private static partial Regex NamedSecret();
}
