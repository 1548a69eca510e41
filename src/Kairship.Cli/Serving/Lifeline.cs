using System.CommandLine;

namespace Kairship.Cli.Serving;

/// <summary>Lets a child process end with the one that started it, however that ends: the child reads its standard input, and stops when it closes.</summary>
internal static class Lifeline
{
    public const string Flag = "--until-input-closes";

    public static Option<bool> Option() => new(Flag) { Hidden = true, Description = "Stop when standard input closes" };

    /// <summary>A token that is also cancelled when standard input closes.</summary>
    public static CancellationTokenSource Hold(bool wanted, CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (wanted)
        {
            _ = Task.Run(
                () =>
                {
                    while (Console.In.Read() >= 0)
                    {
                    }

                    source.Cancel();
                },
                CancellationToken.None);
        }

        return source;
    }
}
