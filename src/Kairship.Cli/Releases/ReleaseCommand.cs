using System.CommandLine;
using Kairship.Api.Releases;
using Kairship.Cli.Output;

namespace Kairship.Cli.Releases;

internal static class ReleaseCommand
{
    public static Command Create()
    {
        var application = new Argument<string>("application");
        var workflow = new Option<string?>("--workflow") { Description = "Workflow that releases [default: the application's]" };
        var wait = new Option<bool>("--wait") { Description = "Show progress until it is over; the exit code says how it ended" };
        var what = new RevisionOptions();
        return what.AddTo(new Command("release", "Starts a release of an application.") { application, workflow, wait }
            .WithExamples("kairship release storefront --source v2.yaml --revision v2 --wait", "kairship release storefront --image checkout=v2.0.1", "kairship release storefront --revision v1 --workflow deploy"))
            .Calls(async (result, client, ct) =>
            {
                var (source, images, revision) = await what.ReadAsync(result, ct);
                var release = await client.StartReleaseAsync(
                    result.GetRequiredValue(application), new StartReleaseRequest(source, images, revision, result.GetValue(workflow)), Guid.NewGuid().ToString("n"), ct);
                return result.GetValue(wait)
                    ? await ReleaseView.FollowAsync(result, client, release.Id, ct)
                    : HistoryCommands.Print(result, release, [release]);
            });
    }
}
