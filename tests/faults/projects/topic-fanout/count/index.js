exports.handler = async (event) => {
  const lengths = event.Records.map((record) => record.Sns.Message.length);
  console.log(JSON.stringify({ messages: lengths.length, characters: lengths.reduce((sum, each) => sum + each, 0) }));
};
