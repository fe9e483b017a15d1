/** What the publishers call the classes of their sets, in the order of the labels. */

const words = (text: string): string[] => text.trim().split(/\s+/);

export const digits = words("0 1 2 3 4 5 6 7 8 9");
const capitals = words("A B C D E F G H I J K L M N O P Q R S T U V W X Y Z");

/** Fashion-MNIST: README of its repository, "Labels". */
export const clothes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/** Kuzushiji-MNIST: one character of each of ten rows of Hiragana. */
export const hiragana = words("お き す つ な は ま や れ を");

/** EMNIST Letters joins both cases; Balanced joins those of letters that look alike. */
export const letters = capitals;
export const balanced = [...digits, ...capitals, ...words("a b d e f g h n q r t")];

export const cifar10Names = words("airplane automobile bird cat deer dog frog horse ship truck");

/** The fine labels, in the order of the alphabet. */
export const cifar100Names = words(`
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle caterpillar cattle
  chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house
  kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange
  orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal
  shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger
  tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm`);

export const opinions = ["negative", "positive"];
