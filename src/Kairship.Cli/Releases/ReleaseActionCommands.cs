using System.CommandLine;
using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Cli.Output;

namespace Kairship.Cli.Releases;

internal static class ReleaseActionCommands
{
    public static Command Pause() => Make("pause", "Holds a release after what it is doing now", "the sale goes on until noon", (c, id, why, ct) => c.PauseReleaseAsync(id, why, ct));

    public static Command Resume() => Make("resume", "Lets a paused release go on", "the sale is over", (c, id, why, ct) => c.ResumeReleaseAsync(id, why, ct));

    public static Command Abort() => Make("abort", "Ends a release: its canaries are removed, promoted clusters go back", "errors in checkout", (c, id, why, ct) => c.AbortReleaseAsync(id, why, ct));

    public static Command RollBack() => Make(
        "rollback", "Takes a release back: one under way is undone; of a succeeded one, a new release to the revision before is started", "errors in checkout",
        (c, id, why, ct) => c.RollBackReleaseAsync(id, why, ct));

    private static Command Make(string name, string description, string example, Func<KairshipClient, string, string?, CancellationToken, Task<ReleaseInfo>> call)
    {
        var release = new Argument<string>("release") { Description = "Its id, such as storefront-7" };
        var reason = new Option<string?>("--reason") { Description = "Why; kept in its story" };
        var wait = new Option<bool>("--wait") { Description = "Show progress until it is over" };
        return new Command(name, $"{description}.") { release, reason, wait }
            .WithExamples($"kairship {name} storefront-7 --reason '{example}'")
            .Calls(async (result, client, ct) =>
            {
                var answer = await call(client, result.GetRequiredValue(release), result.GetValue(reason), ct);
                return result.GetValue(wait)
                    ? await ReleaseView.FollowAsync(result, client, answer.Id, ct)
                    : HistoryCommands.Print(result, answer, [answer]);
            });
    }
}
