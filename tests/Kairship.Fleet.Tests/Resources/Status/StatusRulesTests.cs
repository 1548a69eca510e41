using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Fleet.Resources.Status;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources.Status;

using Health = Kairship.Fleet.Resources.Status.Health;

public class StatusRulesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2030-01-01T00:01:00Z", CultureInfo.InvariantCulture);

    private const string Rolled = "conditions: [ { type: Progressing, status: 'True', reason: NewReplicaSetAvailable }, { type: Available, status: 'True' } ]";

    /// <summary>Kind, generation, spec, status, then health, reason, ready, desired.</summary>
    public static TheoryData<string, string, int, string, string, string, string?, int?, int?> Rules => new()
    {
        // Deployment
        { "nobody looked yet", "apps/v1 Deployment", 1, "replicas: 0", "", "InProgress", "NotObserved", 0, 0 },
        { "an older generation was observed", "apps/v1 Deployment", 2, "replicas: 2", $"observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, {Rolled}", "InProgress", "LatestGenerationNotObserved", 0, 2 },
        { "rolled out", "apps/v1 Deployment", 2, "replicas: 2", $"observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, {Rolled}", "Current", null, 2, 2 },
        { "replicas not given are one", "apps/v1 Deployment", 1, "", $"observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, {Rolled}", "Current", null, 1, 1 },
        { "none wanted", "apps/v1 Deployment", 1, "replicas: 0", $"observedGeneration: 1, {Rolled}", "Current", null, 0, 0 },
        { "too few pods", "apps/v1 Deployment", 1, "replicas: 3", $"observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, {Rolled}", "InProgress", "LessReplicas", 2, 3 },
        { "old pods among them", "apps/v1 Deployment", 2, "replicas: 3", $"observedGeneration: 2, replicas: 3, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3, {Rolled}", "InProgress", "LessUpdated", 1, 3 },
        { "old pods left over", "apps/v1 Deployment", 2, "replicas: 2", $"observedGeneration: 2, replicas: 3, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 3, {Rolled}", "InProgress", "ExtraPods", 2, 2 },
        { "not available", "apps/v1 Deployment", 1, "replicas: 2", $"observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 1, {Rolled}", "InProgress", "LessAvailable", 2, 2 },
        { "available, no longer ready", "apps/v1 Deployment", 1, "replicas: 2", $"observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 2, {Rolled}", "InProgress", "LessReady", 1, 2 },
        { "replica set not complete", "apps/v1 Deployment", 1, "replicas: 1, progressDeadlineSeconds: 600", "observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions: [ { type: Available, status: 'True' } ]", "InProgress", "ReplicaSetNotAvailable", 1, 1 },
        { "without deadline Available decides", "apps/v1 Deployment", 1, "replicas: 1, progressDeadlineSeconds: 2147483647", "observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions: [ { type: Available, status: 'True' } ]", "Current", null, 1, 1 },
        { "deadline passed", "apps/v1 Deployment", 2, "replicas: 2", "observedGeneration: 2, replicas: 3, updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2, conditions: [ { type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, message: too late } ]", "Failed", "ProgressDeadlineExceeded", 1, 2 },
        { "the deadline of an older generation does not count", "apps/v1 Deployment", 3, "replicas: 2", "observedGeneration: 2, conditions: [ { type: Progressing, status: 'False', reason: ProgressDeadlineExceeded } ]", "InProgress", "LatestGenerationNotObserved", 0, 2 },

        // StatefulSet
        { "rolled out", "apps/v1 StatefulSet", 1, "replicas: 2", "observedGeneration: 1, replicas: 2, readyReplicas: 2, currentReplicas: 2, updatedReplicas: 2, currentRevision: a, updateRevision: a", "Current", null, 2, 2 },
        { "revisions differ", "apps/v1 StatefulSet", 1, "replicas: 2", "observedGeneration: 1, replicas: 2, readyReplicas: 2, currentReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b", "InProgress", "RevisionMismatch", 1, 2 },
        { "partition reached", "apps/v1 StatefulSet", 1, "replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } }", "observedGeneration: 1, replicas: 3, readyReplicas: 3, currentReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b", "Current", null, 1, 3 },
        { "partition not reached", "apps/v1 StatefulSet", 1, "replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } }", "observedGeneration: 1, replicas: 3, readyReplicas: 3, currentReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b", "InProgress", "PartitionRollout", 1, 3 },
        { "on delete", "apps/v1 StatefulSet", 1, "replicas: 3, updateStrategy: { type: OnDelete }", "observedGeneration: 1", "Current", null, 0, 3 },
        { "not ready", "apps/v1 StatefulSet", 1, "replicas: 2", "observedGeneration: 1, replicas: 2, readyReplicas: 1, currentReplicas: 2", "InProgress", "LessReady", 1, 2 },

        // DaemonSet, ReplicaSet
        { "on all nodes", "apps/v1 DaemonSet", 1, "", "observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2, numberReady: 2", "Current", null, 2, 2 },
        { "old pods", "apps/v1 DaemonSet", 1, "", "observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2, numberReady: 2", "InProgress", "LessUpdated", 1, 2 },
        { "nobody counted nodes", "apps/v1 DaemonSet", 1, "", "observedGeneration: 1", "InProgress", "NoDesiredNumber", 0, 0 },
        { "complete", "apps/v1 ReplicaSet", 1, "replicas: 1", "observedGeneration: 1, replicas: 1, fullyLabeledReplicas: 1, availableReplicas: 1, readyReplicas: 1", "Current", null, 1, 1 },
        { "refused pods", "apps/v1 ReplicaSet", 1, "replicas: 1", "observedGeneration: 1, conditions: [ { type: ReplicaFailure, status: 'True', reason: FailedCreate } ]", "InProgress", "FailedCreate", 0, 1 },

        { "still labelled by nobody", "apps/v1 ReplicaSet", 1, "replicas: 2", "observedGeneration: 1, replicas: 2, fullyLabeledReplicas: 1", "InProgress", "LessLabelled", 0, 2 },
        { "not available", "apps/v1 ReplicaSet", 1, "replicas: 1", "observedGeneration: 1, replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1", "InProgress", "LessAvailable", 1, 1 },
        { "nobody looked yet", "apps/v1 ReplicaSet", 1, "replicas: 1", "", "InProgress", "NotObserved", 0, 1 },
        { "nobody looked yet", "apps/v1 StatefulSet", 1, "replicas: 1", "", "InProgress", "NotObserved", 0, 1 },
        { "an older generation was observed", "apps/v1 StatefulSet", 2, "replicas: 1", "observedGeneration: 1, replicas: 1, readyReplicas: 1, currentReplicas: 1, currentRevision: a, updateRevision: a", "InProgress", "LatestGenerationNotObserved", 0, 1 },
        { "too few", "apps/v1 StatefulSet", 1, "replicas: 2", "observedGeneration: 1, replicas: 1", "InProgress", "LessReplicas", 0, 2 },
        { "too many", "apps/v1 StatefulSet", 1, "replicas: 1", "observedGeneration: 1, replicas: 2, readyReplicas: 2, currentReplicas: 2", "InProgress", "ExtraPods", 2, 1 },
        { "nobody looked yet", "apps/v1 DaemonSet", 1, "", "", "InProgress", "NotObserved", 0, 0 },
        { "an older generation was observed", "apps/v1 DaemonSet", 3, "", "observedGeneration: 2, desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1, numberReady: 1", "InProgress", "LatestGenerationNotObserved", 0, 1 },
        { "not on all nodes", "apps/v1 DaemonSet", 1, "", "observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 1", "InProgress", "LessCurrent", 0, 2 },
        { "not available everywhere", "apps/v1 DaemonSet", 1, "", "observedGeneration: 1, desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 1", "InProgress", "LessAvailable", 0, 1 },
        { "not ready everywhere", "apps/v1 DaemonSet", 1, "", "observedGeneration: 1, desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1", "InProgress", "LessReady", 0, 1 },
        { "on no node, as wanted", "apps/v1 DaemonSet", 1, "", "observedGeneration: 1, desiredNumberScheduled: 0", "Current", null, 0, 0 },

        // Job
        { "not started", "batch/v1 Job", 1, "", "", "InProgress", "JobNotStarted", null, null },
        { "running", "batch/v1 Job", 1, "", "startTime: '2030-01-01T00:00:00Z', active: 1", "InProgress", "JobRunning", null, null },
        { "done", "batch/v1 Job", 1, "", "startTime: '2030-01-01T00:00:00Z', conditions: [ { type: Complete, status: 'True' } ]", "Current", null, null, null },
        { "given up", "batch/v1 Job", 1, "", "conditions: [ { type: Failed, status: 'True', reason: BackoffLimitExceeded } ]", "Failed", "BackoffLimitExceeded", null, null },

        { "suspended", "batch/v1 Job", 1, "suspend: true", "conditions: [ { type: Suspended, status: 'True' } ]", "Current", "Suspended", null, null },
        { "about to fail", "batch/v1 Job", 1, "", "startTime: '2030-01-01T00:00:00Z', conditions: [ { type: FailureTarget, status: 'True', reason: PodFailurePolicy } ]", "InProgress", "PodFailurePolicy", null, null },
        { "about to be done", "batch/v1 Job", 1, "", "startTime: '2030-01-01T00:00:00Z', conditions: [ { type: SuccessCriteriaMet, status: 'True' } ]", "InProgress", "SuccessCriteriaMet", null, null },
        { "in force", "batch/v1 CronJob", 1, "schedule: '* * * * *'", "", "Current", null, null, null },
        { "suspended", "batch/v1 CronJob", 1, "suspend: true", "", "Current", "Suspended", null, null },

        // The rest
        { "lost", "v1 PersistentVolumeClaim", 1, "", "phase: Lost", "Failed", "ClaimLost", null, null },
        { "not seen yet", "v1 PersistentVolumeClaim", 1, "", "", "InProgress", "NotBound", null, null },
        { "no address yet", "v1 Service", 1, "type: LoadBalancer, clusterIP: 10.0.0.1", "loadBalancer: {}", "InProgress", "NoAddressAssigned", null, null },
        { "has an address", "v1 Service", 1, "type: LoadBalancer, clusterIP: 10.0.0.1", "loadBalancer: { ingress: [ { ip: 192.0.2.1 } ] }", "Current", null, null, null },
        { "has a name", "v1 Service", 1, "type: LoadBalancer, clusterIP: 10.0.0.1", "loadBalancer: { ingress: [ { hostname: lb.example } ] }", "Current", null, null, null },
        { "a name elsewhere", "v1 Service", 1, "type: ExternalName", "", "Current", null, null, null },
        { "no address yet", "networking.k8s.io/v1 Ingress", 1, "", "loadBalancer: {}", "InProgress", "NoAddressAssigned", null, null },
        { "has an address", "networking.k8s.io/v1 Ingress", 1, "", "loadBalancer: { ingress: [ { ip: 192.0.2.1 } ] }", "Current", null, null, null },
        { "nobody looked yet", "autoscaling/v2 HorizontalPodAutoscaler", 1, "", "", "InProgress", "NotObserved", null, null },
        { "scales", "autoscaling/v2 HorizontalPodAutoscaler", 1, "", "desiredReplicas: 2, conditions: [ { type: AbleToScale, status: 'True' }, { type: ScalingActive, status: 'True' } ]", "Current", null, null, null },
        { "scales, of the old version", "autoscaling/v1 HorizontalPodAutoscaler", 1, "", "desiredReplicas: 2, currentReplicas: 2", "Current", null, null, null },
        { "an older generation was observed", "autoscaling/v2 HorizontalPodAutoscaler", 2, "", "observedGeneration: 1, desiredReplicas: 2", "InProgress", "LatestGenerationNotObserved", null, null },
        { "nobody counted", "policy/v1 PodDisruptionBudget", 1, "", "", "InProgress", "NotObserved", null, null },
        { "an older generation was counted", "policy/v1 PodDisruptionBudget", 2, "", "observedGeneration: 1", "InProgress", "LatestGenerationNotObserved", null, null },
        { "the condition is of an older generation", "policy/v1 PodDisruptionBudget", 2, "", "observedGeneration: 2, conditions: [ { type: DisruptionAllowed, status: 'True', observedGeneration: 1 } ]", "InProgress", "LatestGenerationNotObserved", null, null },
        { "allows", "policy/v1 PodDisruptionBudget", 1, "", "observedGeneration: 1, conditions: [ { type: DisruptionAllowed, status: 'True', reason: SufficientPods } ]", "Current", null, null, null },
        { "allows none now", "policy/v1 PodDisruptionBudget", 1, "", "observedGeneration: 1, conditions: [ { type: DisruptionAllowed, status: 'False', reason: InsufficientPods } ]", "Current", "InsufficientPods", null, null },
        { "cannot be counted", "policy/v1 PodDisruptionBudget", 1, "", "observedGeneration: 1, conditions: [ { type: DisruptionAllowed, status: 'False', reason: SyncFailed } ]", "InProgress", "SyncFailed", null, null },
        { "counted by an old cluster", "policy/v1beta1 PodDisruptionBudget", 1, "", "observedGeneration: 1, disruptionsAllowed: 1", "Current", null, null, null },
        { "not yet", "apiextensions.k8s.io/v1 CustomResourceDefinition", 1, "", "", "InProgress", "NotEstablished", null, null },
        { "installing", "apiextensions.k8s.io/v1 CustomResourceDefinition", 1, "", "conditions: [ { type: NamesAccepted, status: 'True' }, { type: Established, status: 'False', reason: Installing } ]", "InProgress", "NotEstablished", null, null },
        { "refused", "apiextensions.k8s.io/v1 CustomResourceDefinition", 1, "", "conditions: [ { type: Established, status: 'False', reason: NotAccepted } ]", "Failed", "NotAccepted", null, null },
        { "not looked for", "apiregistration.k8s.io/v1 APIService", 1, "", "", "InProgress", "NotObserved", null, null },
        { "has no server", "apiregistration.k8s.io/v1 APIService", 1, "", "conditions: [ { type: Available, status: 'False', reason: ServiceNotFound } ]", "InProgress", "ServiceNotFound", null, null },
        { "serves", "apiregistration.k8s.io/v1 APIService", 1, "", "conditions: [ { type: Available, status: 'True', reason: Local } ]", "Current", null, null, null },

        // Gateway API
        { "nobody took it", "gateway.networking.k8s.io/v1 GatewayClass", 1, "", "", "InProgress", "NotObserved", null, null },
        { "waits for its controller", "gateway.networking.k8s.io/v1 GatewayClass", 1, "", "conditions: [ { type: Accepted, status: Unknown, reason: Pending } ]", "InProgress", "Pending", null, null },
        { "taken", "gateway.networking.k8s.io/v1 GatewayClass", 1, "", "conditions: [ { type: Accepted, status: 'True', observedGeneration: 1 } ]", "Current", null, null, null },
        { "refused", "gateway.networking.k8s.io/v1 GatewayClass", 1, "", "conditions: [ { type: Accepted, status: 'False', reason: InvalidParameters } ]", "Failed", "InvalidParameters", null, null },
        { "accepted, not programmed yet", "gateway.networking.k8s.io/v1 Gateway", 1, "", "conditions: [ { type: Accepted, status: 'True' } ]", "InProgress", "NotObserved", null, null },
        { "waits for its address", "gateway.networking.k8s.io/v1 Gateway", 1, "", "conditions: [ { type: Accepted, status: 'True' }, { type: Programmed, status: 'False', reason: AddressNotAssigned } ]", "InProgress", "AddressNotAssigned", null, null },
        { "programmed", "gateway.networking.k8s.io/v1 Gateway", 2, "", "conditions: [ { type: Accepted, status: 'True', observedGeneration: 2 }, { type: Programmed, status: 'True', observedGeneration: 2 } ]", "Current", null, null, null },
        { "programmed, an older generation", "gateway.networking.k8s.io/v1 Gateway", 2, "", "conditions: [ { type: Accepted, status: 'True', observedGeneration: 2 }, { type: Programmed, status: 'True', observedGeneration: 1 } ]", "InProgress", "LatestGenerationNotObserved", null, null },
        { "refused an older generation", "gateway.networking.k8s.io/v1 Gateway", 2, "", "conditions: [ { type: Accepted, status: 'False', reason: Invalid, observedGeneration: 1 } ]", "InProgress", "LatestGenerationNotObserved", null, null },
        { "invalid", "gateway.networking.k8s.io/v1 Gateway", 1, "", "conditions: [ { type: Accepted, status: 'True' }, { type: Programmed, status: 'False', reason: Invalid } ]", "Failed", "Invalid", null, null },
        { "nobody answered", "gateway.networking.k8s.io/v1 HTTPRoute", 1, "parentRefs: [ { name: g } ]", "parents: []", "InProgress", "NotObserved", null, null },
        { "another gateway answered", "gateway.networking.k8s.io/v1 HTTPRoute", 1, "parentRefs: [ { name: g } ]", "parents: [ { parentRef: { name: h }, conditions: [ { type: Accepted, status: 'True' }, { type: ResolvedRefs, status: 'True' } ] } ]", "InProgress", "NotObserved", null, null },
        { "taken, written out in full", "gateway.networking.k8s.io/v1 HTTPRoute", 1, "parentRefs: [ { name: g } ]", "parents: [ { parentRef: { group: gateway.networking.k8s.io, kind: Gateway, namespace: default, name: g }, conditions: [ { type: Accepted, status: 'True' }, { type: ResolvedRefs, status: 'True' } ] } ]", "Current", null, null, null },
        { "taken by one of two", "gateway.networking.k8s.io/v1 HTTPRoute", 1, "parentRefs: [ { name: g }, { name: h } ]", "parents: [ { parentRef: { name: g }, conditions: [ { type: Accepted, status: 'True' }, { type: ResolvedRefs, status: 'True' } ] } ]", "InProgress", "NotObserved", null, null },
        { "taken, an older generation", "gateway.networking.k8s.io/v1 HTTPRoute", 5, "parentRefs: [ { name: g } ]", "parents: [ { parentRef: { name: g }, conditions: [ { type: Accepted, status: 'True', observedGeneration: 4 }, { type: ResolvedRefs, status: 'True', observedGeneration: 5 } ] } ]", "InProgress", "LatestGenerationNotObserved", null, null },
        { "refused by one of two sections", "gateway.networking.k8s.io/v1 HTTPRoute", 1, "parentRefs: [ { name: g, sectionName: a }, { name: g, sectionName: b } ]", "parents: [ { parentRef: { name: g, sectionName: a }, conditions: [ { type: Accepted, status: 'True' }, { type: ResolvedRefs, status: 'True' } ] }, { parentRef: { name: g, sectionName: b }, conditions: [ { type: Accepted, status: 'False', reason: NotAllowedByListeners } ] } ]", "Failed", "NotAllowedByListeners", null, null },
        { "backend not there yet", "gateway.networking.k8s.io/v1 GRPCRoute", 1, "parentRefs: [ { name: g } ]", "parents: [ { parentRef: { name: g }, conditions: [ { type: Accepted, status: 'True' }, { type: ResolvedRefs, status: 'False', reason: BackendNotFound } ] } ]", "InProgress", "BackendNotFound", null, null },
        { "backend not permitted", "gateway.networking.k8s.io/v1 GRPCRoute", 1, "parentRefs: [ { name: g } ]", "parents: [ { parentRef: { name: g }, conditions: [ { type: Accepted, status: 'True' }, { type: ResolvedRefs, status: 'False', reason: RefNotPermitted } ] } ]", "Failed", "RefNotPermitted", null, null },
        { "dropped rules", "gateway.networking.k8s.io/v1 HTTPRoute", 1, "parentRefs: [ { name: g } ]", "parents: [ { parentRef: { name: g }, conditions: [ { type: Accepted, status: 'True' }, { type: ResolvedRefs, status: 'True' }, { type: PartiallyInvalid, status: 'True', reason: UnsupportedValue } ] } ]", "Failed", "UnsupportedValue", null, null },
        { "taken", "gateway.networking.k8s.io/v1alpha2 TLSRoute", 1, "parentRefs: [ { name: g, port: 443 } ]", "parents: [ { parentRef: { name: g, port: 443 }, conditions: [ { type: Accepted, status: 'True' }, { type: ResolvedRefs, status: 'True' } ] } ]", "Current", null, null, null },
        { "not taken", "gateway.networking.k8s.io/v1alpha2 TCPRoute", 1, "parentRefs: [ { name: g } ]", "parents: [ { parentRef: { name: g }, conditions: [ { type: Accepted, status: 'False', reason: NoMatchingParent } ] } ]", "InProgress", "NoMatchingParent", null, null },
        { "names no gateway", "gateway.networking.k8s.io/v1alpha2 UDPRoute", 1, "", "", "Current", "NoParents", null, null },

        // Whatever has conditions
        { "not observed, whatever it says", "example.test/v1 Widget", 2, "", "observedGeneration: 1, conditions: [ { type: Ready, status: 'True' }, { type: Stalled, status: 'True' } ]", "InProgress", "LatestGenerationNotObserved", null, null },
        { "ready, of an older generation", "example.test/v1 Widget", 2, "", "observedGeneration: 2, conditions: [ { type: Ready, status: 'True', observedGeneration: 1 } ]", "InProgress", "LatestGenerationNotObserved", null, null },
        { "another condition of an older generation", "example.test/v1 Widget", 2, "", "conditions: [ { type: Ready, status: 'True', observedGeneration: 2 }, { type: Upgraded, status: 'True', observedGeneration: 1 } ]", "Current", null, null, null },
        { "not known whether ready", "example.test/v1 Widget", 1, "", "conditions: [ { type: Ready, status: Unknown, reason: Asking } ]", "InProgress", "Asking", null, null },
        { "says nothing", "example.test/v1 Widget", 1, "", "", "Current", null, null, null },
        { "bound", "v1 PersistentVolumeClaim", 1, "", "phase: Bound", "Current", null, null, null },
        { "pending", "v1 PersistentVolumeClaim", 1, "", "phase: Pending", "InProgress", "NotBound", null, null },
        { "plain", "v1 Service", 1, "type: ClusterIP", "", "Current", null, null, null },
        { "waiting for an address", "v1 Service", 1, "type: LoadBalancer", "", "InProgress", "NoIPAssigned", null, null },
        { "cannot scale", "autoscaling/v2 HorizontalPodAutoscaler", 1, "", "conditions: [ { type: AbleToScale, status: 'False', reason: FailedGetScale } ]", "InProgress", "FailedGetScale", null, null },
        { "without metrics", "autoscaling/v2 HorizontalPodAutoscaler", 1, "", "conditions: [ { type: AbleToScale, status: 'True' }, { type: ScalingActive, status: 'False', reason: FailedGetResourceMetric } ]", "Current", "FailedGetResourceMetric", null, null },
        { "established", "apiextensions.k8s.io/v1 CustomResourceDefinition", 1, "", "conditions: [ { type: Established, status: 'True' } ]", "Current", null, null, null },
        { "name taken", "apiextensions.k8s.io/v1 CustomResourceDefinition", 1, "", "conditions: [ { type: NamesAccepted, status: 'False', reason: ListKindConflict } ]", "Failed", "ListKindConflict", null, null },
        { "nothing to wait for", "v1 ConfigMap", 1, "", "", "Current", null, null, null },
        { "ready", "example.test/v1 Widget", 1, "", "conditions: [ { type: Ready, status: 'True' } ]", "Current", null, null, null },
        { "not ready", "example.test/v1 Widget", 1, "", "conditions: [ { type: Ready, status: 'False', reason: Waiting } ]", "InProgress", "Waiting", null, null },
        { "stalled", "example.test/v1 Widget", 1, "", "conditions: [ { type: Stalled, status: 'True', reason: NoLicence } ]", "Failed", "NoLicence", null, null },
        { "reconciling", "example.test/v1 Widget", 1, "", "conditions: [ { type: Reconciling, status: 'True', reason: Busy } ]", "InProgress", "Busy", null, null },

        // Pod
        { "succeeded", "v1 Pod", 1, "", "phase: Succeeded", "Current", null, null, null },
        { "ready", "v1 Pod", 1, "", "phase: Running, conditions: [ { type: Ready, status: 'True' } ]", "Current", null, null, null },
        { "not ready", "v1 Pod", 1, "", "phase: Running, conditions: [ { type: Ready, status: 'False' } ]", "InProgress", "PodNotReady", null, null },
        { "crashing", "v1 Pod", 1, "", "phase: Running, containerStatuses: [ { name: a, restartCount: 3, state: { waiting: { reason: CrashLoopBackOff } } } ]", "Failed", "CrashLoopBackOff", null, null },
        { "pulling", "v1 Pod", 1, "", "phase: Pending, containerStatuses: [ { name: a, state: { waiting: { reason: ErrImagePull } } } ]", "InProgress", "ErrImagePull", null, null },
        { "no node for a minute", "v1 Pod", 1, "", "phase: Pending, conditions: [ { type: PodScheduled, status: 'False', reason: Unschedulable, message: 0/3 nodes } ]", "Failed", "Unschedulable", null, null },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Evaluate_ByKind_FollowsKstatus(string what, string type, int generation, string spec, string status, string health, string? reason, int? ready, int? desired)
    {
        var result = StatusRules.Evaluate(Object(type, generation, spec, status), null, Now);
        (result.Health.ToString(), result.Reason, result.Ready, result.Desired).Should().Be((health, reason, ready, desired), what);
    }

    [Fact]
    public void Evaluate_DeletedObject_IsTerminating_WhateverItsStatus()
    {
        var obj = Object("apps/v1 Deployment", 1, "replicas: 0", $"observedGeneration: 1, {Rolled}");
        obj["metadata"]!["deletionTimestamp"] = "2030-01-01T00:00:00Z";
        StatusRules.Evaluate(obj, null, Now).Health.Should().Be(Health.Terminating);
    }

    private static readonly StatusRule WidgetRule = new("example.test", "Widget", "object.status.phase === 'Ready'", "object.status.phase === 'Lost'", "`phase ${object.status.phase}`");

    [Theory]
    [InlineData("phase: Ready", "Current", null, "")]
    [InlineData("phase: Lost", "Failed", "FailedByRule", "phase Lost")]
    [InlineData("phase: Building, conditions: [ { type: Stalled, status: 'True' } ]", "InProgress", "InProgressByRule", "phase Building")]
    [InlineData("observedGeneration: 1, phase: Ready", "InProgress", "LatestGenerationNotObserved", "generation 2 is applied, 1 observed")]
    [InlineData("observedGeneration: 1, phase: Lost", "InProgress", "LatestGenerationNotObserved", "generation 2 is applied, 1 observed")]
    [InlineData("", "InProgress", "InProgressByRule", "phase undefined")]
    public void Evaluate_KindWithARuleOfItsOwn_GoesByIt_ForTheGenerationApplied(string status, string health, string? reason, string message)
    {
        var rules = new OwnStatusRules([WidgetRule], (expression, obj) => expression[0] == '`' ? $"phase {obj["status"]!["phase"]?.ToString() ?? "undefined"}"
            : obj["status"]!["phase"]?.ToString() == expression.Split('\'')[1]);
        var result = StatusRules.Evaluate(Object("example.test/v1 Widget", 2, "", status), null, Now, rules);
        (result.Health.ToString(), result.Reason, result.Message).Should().Be((health, reason, message));
    }

    [Fact]
    public void Evaluate_RuleThatThrows_OrGivesNoTruth_IsUnknown()
    {
        var widget = Object("example.test/v1 Widget", 1, "", "phase: Ready");
        StatusRules.Evaluate(widget, null, Now, new OwnStatusRules([WidgetRule], (_, _) => throw new StatusExpressionException("it broke")))
            .Should().Match<ObjectStatus>(s => s.Health == Health.Unknown && s.Reason == "StatusRuleBroken" && s.Message.Contains("'failed': it broke"));
        StatusRules.Evaluate(widget, null, Now, new OwnStatusRules([WidgetRule with { Failed = null }], (_, _) => "yes"))
            .Should().Match<ObjectStatus>(s => s.Health == Health.Unknown && s.Message.Contains("it must give true or false"));
        StatusRules.Evaluate(widget, null, Now, new OwnStatusRules([WidgetRule with { Group = "other.test" }], (_, _) => throw new StatusExpressionException("never asked")))
            .Health.Should().Be(Health.Current);
    }

    [Theory]
    [InlineData("ImagePullBackOff")]
    [InlineData("ErrImagePull")]
    [InlineData("CrashLoopBackOff")]
    [InlineData("CreateContainerConfigError")]
    public void Evaluate_PodsThatCannotStart_AreTheReason(string waiting)
    {
        var deployment = Object("apps/v1 Deployment", 1, "replicas: 2", "observedGeneration: 1, replicas: 2, updatedReplicas: 2");
        JsonObject[] pods = [Pod("ContainerCreating"), Pod(waiting), Pod(waiting)];
        var status = StatusRules.Evaluate(deployment, pods, Now);
        status.Should().Match<ObjectStatus>(s => s.Health == Health.InProgress && s.Reason == waiting && s.Message.Contains("and 1 more"));
    }

    [Fact]
    public void Evaluate_DeadlinePassed_KeepsTheReason_AndTellsOfThePods()
    {
        var deployment = Object("apps/v1 Deployment", 1, "", "observedGeneration: 1, conditions: [ { type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, message: late } ]");
        var status = StatusRules.Evaluate(deployment, [Pod("ImagePullBackOff")], Now);
        status.Reason.Should().Be("ProgressDeadlineExceeded");
        status.Message.Should().StartWith("late").And.Contain("ImagePullBackOff");
    }

    [Fact]
    public void Evaluate_HealthyWorkload_IsCurrent_ThoughAPodOfItComplains() =>
        StatusRules.Evaluate(Object("apps/v1 Deployment", 1, "replicas: 0", $"observedGeneration: 1, {Rolled}"), [Pod("CrashLoopBackOff")], Now).Health.Should().Be(Health.Current);

    [Fact]
    public void PodsOf_Deployment_AreThoseOfItsPresentRevision()
    {
        var deployment = Object("apps/v1 Deployment", 1, "", "");
        deployment["metadata"]!["uid"] = "d";
        deployment["metadata"]!["annotations"] = new JsonObject { ["deployment.kubernetes.io/revision"] = "3" };
        JsonObject[] sets = [Owned("old", "d", "2"), Owned("new", "d", "3"), Owned("foreign", "x", "3")];
        var pods = new[] { Owned("p1", "old"), Owned("p2", "new"), Owned("p3", "foreign") }.ToLookup(p => p["metadata"]!["ownerReferences"]![0]!["uid"]!.ToString());
        WorkloadPods.PodsOf(deployment, sets, pods).Select(p => p["metadata"]!["uid"]!.ToString()).Should().Equal("p2");
    }

    private static JsonObject Owned(string uid, string owner, string? revision = null)
    {
        var obj = Json($"{{ apiVersion: v1, kind: Any, metadata: {{ name: {uid}, uid: {uid}, ownerReferences: [ {{ uid: {owner}, controller: true }} ] }} }}");
        if (revision is not null)
        {
            obj["metadata"]!["annotations"] = new JsonObject { ["deployment.kubernetes.io/revision"] = revision };
        }

        return obj;
    }

    private static JsonObject Pod(string waiting) => Object("v1 Pod", 1, "", $"phase: Pending, containerStatuses: [ {{ name: web, restartCount: 0, state: {{ waiting: {{ reason: {waiting} }} }} }} ]");

    private static JsonObject Object(string type, int generation, string spec, string status)
    {
        var (apiVersion, kind) = (type.Split(' ')[0], type.Split(' ')[1]);
        return Json($"{{ apiVersion: {apiVersion}, kind: {kind}, metadata: {{ name: a, namespace: default, generation: {generation}, creationTimestamp: '2030-01-01T00:00:00Z' }}, spec: {{ {spec} }}, status: {{ {status} }} }}");
    }
}
