using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The rules of the dialect that the analyzers of the SDK do not know, for one file. Each gives <c>path:line: what is wrong</c>.</summary>
internal static partial class DialectRules
{
    public const int Width = 160;

    /// <summary>But a lambda with a block, whose brace follows on the next line.</summary>
    public static IEnumerable<string> ArrowsAtTheEnd(DialectSource source)
        => from token in source.Root.DescendantTokens()
           where token.IsKind(SyntaxKind.EqualsGreaterThanToken) && token.Parent is not LambdaExpressionSyntax { Block: not null } && source.EndsItsLine(token)
           select $"{source.PlaceOf(token)}: => ends the line.";

    public static IEnumerable<string> OperatorsAtTheEnd(DialectSource source)
        => from token in source.Root.DescendantTokens()
           where IsOperator(token) && source.EndsItsLine(token)
           select $"{source.PlaceOf(token)}: {token.Text} ends the line.";

    public static IEnumerable<string> LongLines(DialectSource source)
        => source.Text.Lines.Where(line => line.End - line.Start > Width)
            .ExceptBy(source.LinesOfLongTexts().ToHashSet(), line => line.LineNumber)
            .Select(line => $"{source.Path}:{line.LineNumber + 1}: {line.End - line.Start} columns.");

    /// <summary>Parameters, fields and variables whose type is written down, or that are made where they are declared.</summary>
    public static IEnumerable<string> Names(DialectSource source)
        => from named in source.Root.DescendantNodes().SelectMany(Named)
           let expected = ExpectedName(named.Type, named.Name.Text)
           where expected is not null
           select $"{source.PlaceOf(named.Name)}: {named.Type} {named.Name.Text} is called {expected} here.";

    public static IEnumerable<string> CallsOfLog(DialectSource source)
        => from call in source.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
           where call.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: var type } }
               && type.EndsWith("Log", StringComparison.Ordinal)
               && call.ArgumentList.Arguments is [var first, ..] && first.ToString().EndsWith("ogger", StringComparison.Ordinal)
           select $"{source.PlaceOf(call.GetFirstToken())}: {call.Expression}(…) is called as an extension of the logger.";

    private static bool IsOperator(SyntaxToken token) => token.Parent switch
    {
        BinaryExpressionSyntax binary => binary.OperatorToken == token,
        BinaryPatternSyntax binary => binary.OperatorToken == token,
        ConditionalExpressionSyntax conditional => conditional.QuestionToken == token || conditional.ColonToken == token,
        _ => false,
    };

    private static IEnumerable<(string Type, SyntaxToken Name)> Named(SyntaxNode node)
    {
        return node switch
        {
            ParameterSyntax { Type: { } type } parameter => [(type.ToString(), parameter.Identifier)],
            CatchDeclarationSyntax caught => [(caught.Type.ToString(), caught.Identifier)],
            VariableDeclarationSyntax declaration => declaration.Variables.Select(variable => (TypeOf(declaration, variable), variable.Identifier)),
            _ => [],
        };
    }

    private static string TypeOf(VariableDeclarationSyntax declaration, VariableDeclaratorSyntax variable)
        => declaration.Type.IsVar && variable.Initializer?.Value is ObjectCreationExpressionSyntax made ? made.Type.ToString() : declaration.Type.ToString();

    private static string? ExpectedName(string type, string name) => (TypeArguments().Replace(type.TrimEnd('?'), ""), name.TrimStart('_')) switch
    {
        (var provider, "time" or "clock") when provider.EndsWith("TimeProvider", StringComparison.Ordinal) => "timeProvider",
        ("ILogger", "log") => "logger",
        (var exception, "e" or "ex") when exception.EndsWith("Exception", StringComparison.Ordinal) => "exception",
        _ => null,
    };

    [GeneratedRegex("<.*>$")]
    private static partial Regex TypeArguments();
}
