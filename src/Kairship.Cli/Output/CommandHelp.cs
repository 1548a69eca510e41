using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Kairship.Cli.Output;

/// <summary>Help that ends with examples, and wrong usage told in one line.</summary>
internal static partial class CommandHelp
{
    private static readonly ConditionalWeakTable<Command, string[]> Known = [];

    /// <summary>What a user would type; shown at the end of the command's help.</summary>
    public static Command WithExamples(this Command command, params string[] examples)
    {
        Known.AddOrUpdate(command, examples);
        return command;
    }

    public static void AddTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new WithExamplesAction((HelpAction)help.Action!);
    }

    /// <summary>What is wrong with the words of a command line, in one line; null: nothing.</summary>
    public static string? Complaint(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0)
        {
            return null;
        }

        var command = parsed.CommandResult.Command;
        var said = parsed.UnmatchedTokens.Count > 0 ? $"there is no command or option '{parsed.UnmatchedTokens[0]}' here"
            : command.Subcommands.Count > 0 && command.Action is null ? $"say which: {string.Join(", ", command.Subcommands.Select(c => c.Name))}"
            : NumberExpected().Replace(
                string.Join(' ', parsed.Errors[0].Message.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
                ": it must be a whole number of at most 2147483647").TrimEnd('.');
        return $"{said}. See '{Path(parsed.CommandResult)} --help'";
    }

    [GeneratedRegex(@" as expected type '[^']*Int32[^']*'", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumberExpected();

    private static string Path(System.CommandLine.Parsing.SymbolResult? result)
    {
        List<string> names = [];
        for (; result is not null; result = result.Parent)
        {
            if (result is System.CommandLine.Parsing.CommandResult { Command: var command })
            {
                names.Insert(0, command is RootCommand ? "kairship" : command.Name);
            }
        }

        return string.Join(' ', names);
    }

    private sealed class WithExamplesAction(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            if (Known.TryGetValue(parseResult.CommandResult.Command, out var examples))
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
                foreach (var example in examples)
                {
                    output.WriteLine($"  {example}");
                }

                output.WriteLine();
            }

            return code;
        }
    }
}
