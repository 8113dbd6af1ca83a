using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Finds in a package who gets a pooled task: one that another call uses again as soon as somebody has taken its result.</summary>
/// <remarks>
/// Pooled are the methods with a pooling builder, those that make a task of an <c>IValueTaskSource</c>, and those that return such a task as it is.
/// A call of one must be awaited where it is made, preserved or made a <see cref="Task"/>; only what no user of the package can reach may hand it on.
/// </remarks>
internal sealed class PooledTasks
{
    private readonly CSharpCompilation _compilation;
    private readonly HashSet<ISymbol> _pooled = new(SymbolEqualityComparer.Default);
    private readonly Queue<IMethodSymbol> _open = [];
    private readonly List<string> _findings = [];

    private PooledTasks(CSharpCompilation compilation) => _compilation = compilation;

    /// <summary>The pooled methods of a package and, one line each, what is wrong with their use.</summary>
    public static (IReadOnlyCollection<ISymbol> Pooled, IReadOnlyList<string> Findings) Of(CSharpCompilation compilation)
    {
        var tasks = new PooledTasks(compilation);
        tasks.FindSources();
        while (tasks._open.TryDequeue(out var method))
        {
            tasks.FollowCalls(method);
        }

        return (tasks._pooled, tasks._findings);
    }

    private void FindSources()
    {
        foreach (var tree in _compilation.SyntaxTrees)
        {
            var model = _compilation.GetSemanticModel(tree);
            foreach (var method in tree.GetRoot().DescendantNodes().Where(node => node is MethodDeclarationSyntax or LocalFunctionStatementSyntax))
            {
                if (model.GetDeclaredSymbol(method) is IMethodSymbol symbol && (HasPoolingBuilder(method) || MakesTaskOfSource(model, method, symbol)))
                {
                    Add(symbol);
                }
            }
        }
    }

    private static bool HasPoolingBuilder(SyntaxNode method)
        => method.ChildNodes().OfType<AttributeListSyntax>()
            .Any(list => list.ToString().Contains("PoolingAsyncValueTaskMethodBuilder", StringComparison.Ordinal));

    // new ValueTask(source, token), whoever the source is
    private static bool MakesTaskOfSource(SemanticModel model, SyntaxNode method, IMethodSymbol symbol)
        => symbol.ReturnType.Name == nameof(ValueTask)
            && method.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>()
                .Any(made => made.ArgumentList?.Arguments.Count == 2 && model.GetTypeInfo(made).Type?.Name == nameof(ValueTask));

    private void Add(IMethodSymbol method)
    {
        method = method.OriginalDefinition;
        if (!_pooled.Add(method))
        {
            return;
        }

        _open.Enqueue(method);
        if (IsReachable(method))
        {
            _findings.Add($"{method.ToDisplayString()} returns a pooled task to users of the package.");
        }

        foreach (var promised in method.ContainingType.AllInterfaces.SelectMany(type => type.GetMembers(method.Name)).OfType<IMethodSymbol>()
            .Where(member => SymbolEqualityComparer.Default.Equals(method.ContainingType.FindImplementationForInterfaceMember(member), method)))
        {
            Add(promised);
        }
    }

    private static bool IsReachable(IMethodSymbol method)
    {
        for (ISymbol? symbol = method; symbol is not null and not INamespaceSymbol; symbol = symbol.ContainingSymbol)
        {
            if (symbol.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal))
            {
                return false;
            }
        }

        return true;
    }

    private void FollowCalls(IMethodSymbol method)
    {
        foreach (var tree in _compilation.SyntaxTrees)
        {
            var names = tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>().Where(name => name.Identifier.ValueText == method.Name
                && name.FirstAncestorOrSelf<AttributeSyntax>() is null);
            foreach (var name in names)
            {
                var model = _compilation.GetSemanticModel(tree);
                var info = model.GetSymbolInfo(name);
                var called = (info.Symbol ?? info.CandidateSymbols.FirstOrDefault())?.OriginalDefinition;
                if (SymbolEqualityComparer.Default.Equals(called, method))
                {
                    FollowCall(model, name, method);
                }
            }
        }
    }

    private void FollowCall(SemanticModel model, SimpleNameSyntax name, IMethodSymbol method)
    {
        var node = (SyntaxNode?)name.FirstAncestorOrSelf<InvocationExpressionSyntax>(call => call.Expression.Span.End == name.Span.End) ?? name;
        while (node.Parent is ParenthesizedExpressionSyntax or ConditionalExpressionSyntax or SwitchExpressionArmSyntax or SwitchExpressionSyntax
            || (node.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } && node.Parent.Parent is InvocationExpressionSyntax)
            || (node.Parent is InvocationExpressionSyntax call && call.Expression == node))
        {
            node = node.Parent!;
        }

        switch (node.Parent)
        {
            case AwaitExpressionSyntax:
            case MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Preserve" or "AsTask" }:
            case ArgumentSyntax argument when IsAwaitedOnce(model, argument):
            case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax local } when IsAwaitedOnce(Body(local), local.Identifier.ValueText):
                break;
            case ReturnStatementSyntax or ArrowExpressionClauseSyntax
                when model.GetEnclosingSymbol(node.SpanStart) is IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.LocalFunction } returns:
                Add(returns);
                break;
            default:
                var place = node.GetLocation().GetLineSpan();
                _findings.Add($"{place.Path}:{place.StartLinePosition.Line + 1}: the pooled task of {method.Name} is neither awaited nor preserved.");
                break;
        }
    }

    // Passed to an asynchronous method that awaits it once.
    private static bool IsAwaitedOnce(SemanticModel model, ArgumentSyntax argument)
    {
        if (argument.Parent is not ArgumentListSyntax { Parent: InvocationExpressionSyntax call } list
            || model.GetSymbolInfo(call).Symbol is not IMethodSymbol { IsAsync: true } method
            || method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not { } declaration)
        {
            return false;
        }

        return IsAwaitedOnce(declaration, method.Parameters[list.Arguments.IndexOf(argument)].Name);
    }

    // Named once, in an await; besides, only whether it has completed is asked.
    private static bool IsAwaitedOnce(SyntaxNode body, string task)
        => body.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(use => use.Identifier.ValueText == task && use.Parent is not MemberAccessExpressionSyntax { Name.Identifier.ValueText: "IsCompleted" })
            .ToList() is [var only] && only.FirstAncestorOrSelf<AwaitExpressionSyntax>() is not null;

    private static SyntaxNode Body(SyntaxNode node) => node.Ancestors().First(ancestor => ancestor is MethodDeclarationSyntax or LocalFunctionStatementSyntax);
}
