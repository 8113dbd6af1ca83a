using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What people read of C#: comments, log templates, texts of exceptions and of options, and every other literal of several words.</summary>
internal static partial class SourceText
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview, DocumentationMode.Parse);

    public static IEnumerable<Prose> Prose(string path, string text)
    {
        var root = CSharpSyntaxTree.ParseText(text, Options).GetRoot();
        foreach (var trivia in root.DescendantTrivia())
        {
            if (trivia.GetStructure() is DocumentationCommentTriviaSyntax documentation)
            {
                yield return Read(path, documentation);
            }
            else if (trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia))
            {
                yield return new Prose(path, LineOf(trivia.GetLocation()), trivia.ToString());
            }
        }

        foreach (var literal in root.DescendantNodes().OfType<ExpressionSyntax>())
        {
            if (Content(literal) is { } content && (IsMessage(literal) || IsProse(literal, content)))
            {
                yield return new Prose(path, LineOf(literal.GetLocation()), content);
            }
        }
    }

    private static Prose Read(string path, DocumentationCommentTriviaSyntax documentation)
    {
        var writer = new ProseWriter(path, LineOf(documentation.GetLocation()));
        Write(documentation.Content);
        return writer.ToProse();

        void Write(SyntaxList<XmlNodeSyntax> nodes)
        {
            foreach (var node in nodes)
            {
                switch (node)
                {
                    case XmlTextSyntax text:
                        foreach (var token in text.TextTokens.Where(token => !token.IsKind(SyntaxKind.XmlTextLiteralNewLineToken)))
                        {
                            writer.Write(LineOf(token.GetLocation()), token.ValueText);
                        }

                        break;
                    case XmlElementSyntax element when element.StartTag.Name.ToString() is not ("c" or "code"):
                        Write(element.Content);
                        break;
                    default:
                        writer.WriteCode(LineOf(node.GetLocation()));
                        break;
                }
            }
        }
    }

    private static string? Content(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => Flatten(literal.Token.ValueText),
        InterpolatedStringExpressionSyntax interpolated => string.Concat(interpolated.Contents.Select(
            part => part is InterpolatedStringTextSyntax text ? Flatten(text.TextToken.ValueText) : Tests.Prose.Code.ToString())),
        _ => null,
    };

    // A message is one line of text; the placeholders of a log template are code.
    private static string Flatten(string text) => Placeholder().Replace(text.ReplaceLineEndings(" "), Tests.Prose.Code.ToString());

    private static bool IsMessage(ExpressionSyntax literal) => literal.Ancestors().Any(ancestor => ancestor switch
    {
        AttributeSyntax attribute => attribute.Name.ToString() == "LoggerMessage",
        ObjectCreationExpressionSyntax created => created.Type.ToString().EndsWith("Exception", StringComparison.Ordinal),
        PrimaryConstructorBaseTypeSyntax type => type.Type.ToString().EndsWith("Exception", StringComparison.Ordinal),
        ConstructorInitializerSyntax { Parent: ConstructorDeclarationSyntax constructor }
            => constructor.Identifier.Text.EndsWith("Exception", StringComparison.Ordinal),
        YieldStatementSyntax => true,
        _ => false,
    });

    // Raw literals and arguments of attributes are SQL and patterns.
    private static bool IsProse(ExpressionSyntax literal, string content)
        => SeveralWords().IsMatch(content)
            && !Sql().IsMatch(content)
            && !literal.ToString().Contains("\"\"\"", StringComparison.Ordinal)
            && !literal.Ancestors().OfType<AttributeSyntax>().Any();

    private static int LineOf(Location location) => location.GetLineSpan().StartLinePosition.Line + 1;

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^\W*(?:alter|cast|create|delete|drop|insert|pragma|select|update)\b")]
    private static partial Regex Sql();

    [GeneratedRegex(@"\p{L}{2,}[,;:]? \p{L}+[,;:]? \p{L}+")]
    private static partial Regex SeveralWords();
}
